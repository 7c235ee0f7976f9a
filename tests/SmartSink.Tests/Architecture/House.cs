namespace SmartSink.Tests.Architecture;

/// <summary>
/// The rooms of one assembly in their order, as docs/architecture.md draws it: a room may use those before it, and those that stand in one
/// group do not know each other. A room is the first part of a namespace below the assembly's root; <c>(root)</c> is the root itself,
/// <c>Program</c> the global namespace.
/// </summary>
internal sealed record House(string Assembly, string Root, string[][] Rooms)
{
    public const string RootRoom = "(root)";
    public const string Program = "Program";

    public static readonly House[] All =
    [
        new("SmartSink.Smtp", "SmartSink.Smtp", [[RootRoom], ["Idna"], ["Syntax"], ["Replies"], ["Auth"], ["Server", "Client"]]),
        new("SmartSink.Policy", "SmartSink.Policy", [["Shared"], ["Toml", "Model"], ["Replies"], ["Files"], ["Decisions"], ["Explaining"], [RootRoom]]),
        new("SmartSink.Behaviour", "SmartSink.Behaviour", [["Shared"], ["Events"], ["State"], ["Limits", "Rules"], [RootRoom]]),
        new("SmartSink.Ledger", "SmartSink.Ledger", [["Shared"], ["Facts"], ["Store", "Report"], ["Rules"], [RootRoom]]),
        new("smartsink", "SmartSink",
        [
            ["Shared"], ["Settings", "Transport", "Watching"], ["Tls", "Proxy", "Auth"], ["Connections"], ["Engines"], ["Telemetry"], ["Events", "Senders"], ["Observers"],
            ["Scenarios", "Reports"], ["Http"], ["Hosting"], ["Commands"], [Program],
        ]),
        new("traffic-gen", "SmartSink.TrafficGen",
        [
            ["Shared"], ["Options"], ["Messages"], ["Sending"], ["Behaving"], ["Reporting"], ["Verifying"], ["Display"], [RootRoom], [Program],
        ]),
    ];

    public static House Of(string assembly) => All.Single(house => house.Assembly == assembly);

    /// <summary>The namespace as the list of exceptions writes it: without the assembly's root.</summary>
    public string NameOf(string @namespace) => @namespace switch
    {
        "" => Program,
        _ when @namespace == Root => RootRoom,
        _ when @namespace.StartsWith(Root + ".", StringComparison.Ordinal) => @namespace[(Root.Length + 1)..],
        "SmartSink.Shared" => "Shared",
        _ => @namespace,
    };

    /// <summary>What the order says of the first namespace's use of the second; null inside a room and of rooms without a place, where only circles are wrong.</summary>
    public bool? Allows(string from, string to)
    {
        var (source, target) = (from.Split('.')[0], to.Split('.')[0]);
        return source == target || !Has(source) || !Has(target) ? null : RankOf(source) > RankOf(target);
    }

    public bool Has(string name) => RankOf(name.Split('.')[0]) >= 0;

    private int RankOf(string room) => Array.FindIndex(Rooms, group => group.Contains(room));
}
