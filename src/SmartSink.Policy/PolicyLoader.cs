using SmartSink.Policy.Loading;

namespace SmartSink.Policy;

/// <summary>Reads a policy from its files.</summary>
public static class PolicyLoader
{
    /// <summary>
    /// Reads the main file and what it includes, checks everything and freezes it. Never throws for content or missing files:
    /// all that is wrong is among the diagnostics, and then there is no snapshot.
    /// </summary>
    /// <param name="mainFile">The main file; includes are relative to its folder.</param>
    /// <param name="clock">For <see cref="PolicySnapshot.LoadedAt"/>; null for the system's.</param>
    public static PolicyLoadResult Load(string mainFile, TimeProvider? clock = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(mainFile);
        return new PolicyLoading(mainFile).Run(clock ?? TimeProvider.System);
    }
}
