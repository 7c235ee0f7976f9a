namespace SmartSink.Watching;

/// <summary>What reading a policy leaves behind: some ten times the size of what stays, and nothing that an idle process would ever collect.</summary>
internal static class LoadGarbage
{
    /// <summary>Collects it and gives the memory back to the system. All threads stand still meanwhile: milliseconds, unless the policy is huge.</summary>
    public static void GiveBack() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
}
