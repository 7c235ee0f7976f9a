namespace SmartSink.Tests.Connections;

/// <summary>What the process holds.</summary>
internal static class HeldMemory
{
    /// <summary>The octets of all objects in use, after everything else has been thrown away.</summary>
    public static long Read()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
