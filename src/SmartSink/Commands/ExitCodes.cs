namespace SmartSink.Commands;

/// <summary>What the process ends with.</summary>
internal static class ExitCodes
{
    /// <summary>All went well.</summary>
    public const int Success = 0;

    /// <summary>It was asked rightly and the answer is no: a port is in use, a checked file has errors, the sink is not ready.</summary>
    public const int Failure = 1;

    /// <summary>It was asked wrongly: a bad option, setting or policy.</summary>
    public const int Usage = 2;
}
