namespace SmartSink.EndToEnd.Tests.Compatibility.Relays;

/// <summary>A clock that runs faster than the machine's, for a program and all that it starts (libfaketime).</summary>
/// <param name="Root">The root of the host that it is on, as the machine sees it.</param>
/// <param name="Speed">How many seconds pass in one of the machine's.</param>
internal sealed record FastClock(string Root, int Speed)
{
    public const string Package = "libfaketime";

    public const string Library = "libfaketime.so.1";

    public const string Folder = "/usr/lib/x86_64-linux-gnu/";

    public const string Unpacked = $"{Folder}faketime/{Library}";

    /// <summary>What it is told by: all variables that a program has to hand on.</summary>
    public static readonly IReadOnlyList<string> Variables = ["LD_PRELOAD", "FAKETIME", "FAKETIME_SHARED", "NO_FAKE_STAT"];

    /// <summary>The command with that clock, on its host.</summary>
    public string[] Inside(IEnumerable<string> command) => Command(Library, command);

    /// <summary>The same with the machine's own root.</summary>
    public string[] Outside(IEnumerable<string> command) => Command(Root + Folder + Library, command);

    // Times of files are left alone: an MTA sets them to its own time, and compares them with that.
    private string[] Command(string library, IEnumerable<string> command) =>
        ["env", $"LD_PRELOAD={library}", $"FAKETIME=+0 x{Speed}", "NO_FAKE_STAT=1", .. command];
}
