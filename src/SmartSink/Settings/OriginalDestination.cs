namespace SmartSink.Settings;

/// <summary>When the kernel is asked where a diverted connection was meant to go, which takes a system call for each connection.</summary>
internal enum OriginalDestination
{
    /// <summary>While the policy's answers depend on it.</summary>
    Auto,

    /// <summary>Always, so that the log shows it.</summary>
    On,

    /// <summary>Never.</summary>
    Off,
}
