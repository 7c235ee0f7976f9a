namespace SmartSink.EndToEnd.Tests.Compatibility.Relays;

/// <summary>A clock that runs faster than the machine's, for a program and all that it starts (libfaketime).</summary>
/// <param name="Root">The root of the host that it is on, as the machine sees it.</param>
/// <param name="Speed">How many seconds pass in one of the machine's.</param>
/// <param name="Roots">Of programs that are started at the machine's speed: where they look for the file that says when it is another: the host's own, which is empty, and the folders that they make theirs.</param>
internal sealed record FastClock(string Root, int Speed, params IReadOnlyList<string> Roots)
{
    private const string SpeedFile = "/faketime";

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
        ["env", $"LD_PRELOAD={library}", .. Roots is [] ? [$"FAKETIME=+0 x{Speed}"] : (string[])[$"FAKETIME_TIMESTAMP_FILE={SpeedFile}", "FAKETIME_NO_CACHE=1"], "NO_FAKE_STAT=1", .. command];

    /// <summary>Tells programs how fast time passes, from their start on.</summary>
    public void Tell(int speed)
    {
        foreach (var root in Roots)
        {
            // Never a file that is half written.
            var file = Root + root + SpeedFile;
            File.WriteAllText(file + "~", $"+0 x{speed}\n");
            File.Move(file + "~", file, overwrite: true);
        }
    }
}
