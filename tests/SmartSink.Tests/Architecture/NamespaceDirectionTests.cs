using SmartSink.Testing;

namespace SmartSink.Tests.Architecture;

/// <summary>
/// Namespaces have one direction, judged by what the compiled types refer to: no circle, and the order of <see cref="House"/>. What is not so yet
/// stands in exceptions.txt, a line each; a line that is no longer needed fails as well.
/// </summary>
public sealed class NamespaceDirectionTests(ITestOutputHelper output)
{
    private const int UsesShown = 6;

    private static readonly string[] Exceptions =
    [
        .. File.ReadLines(RepositoryRoot.Combine("tests", "SmartSink.Tests", "Architecture", "exceptions.txt"))
            .Where(line => line is not "" and not ['#', ..]),
    ];

    public static TheoryData<string> Assemblies => [.. House.All.Select(house => house.Assembly)];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Namespaces_have_one_direction(string assembly)
    {
        var house = House.Of(assembly);
        var uses = TypeUses.Read(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"))
            .Where(use => IsOurs(use.FromNamespace) && IsOurs(use.ToNamespace))
            .GroupBy(use => (From: house.NameOf(use.FromNamespace), To: house.NameOf(use.ToNamespace)))
            .ToDictionary(group => group.Key, group => group.Order(Comparer<TypeUse>.Create((a, b) => string.CompareOrdinal(a.ToString(), b.ToString()))).ToList());
        uses.ShouldNotBeEmpty();

        var wrong = uses.Keys.Where(edge => !(house.Allows(edge.From, edge.To) ?? !Reaches(uses.Keys, edge.To, edge.From)))
            .ToDictionary(edge => $"{assembly}: {edge.From} -> {edge.To}", edge => uses[edge], StringComparer.Ordinal);
        var excepted = ExceptionsOf(assembly).Where(line => line.Contains("->", StringComparison.Ordinal)).ToList();
        foreach (var (edge, members) in wrong.Where(edge => excepted.Contains(edge.Key)))
        {
            output.WriteLine("still excepted: " + Tell(edge, members));
        }

        var problems = wrong.Where(edge => !excepted.Contains(edge.Key)).OrderBy(edge => edge.Key, StringComparer.Ordinal).Select(edge => Tell(edge.Key, edge.Value))
            .Concat(excepted.Where(line => !wrong.ContainsKey(line)).Select(line => $"{line}\n    holds now: delete this line from exceptions.txt"))
            .ToList();
        Assert.True(problems.Count == 0, $"{problems.Count} faults in the direction of namespaces:\n{string.Join('\n', problems)}");
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Every_room_has_its_place_in_the_order(string assembly)
    {
        var house = House.Of(assembly);
        var unknown = TypeUses.NamespacesOf(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"))
            .Where(IsOurs).Select(house.NameOf).Where(name => !house.Has(name))
            .Select(name => $"{assembly}: {name.Split('.')[0]}").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

        unknown.ShouldBe(ExceptionsOf(assembly).Where(line => !line.Contains("->", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Engines", new[] { "Hosting" })]
    [InlineData("Telemetry", new[] { "Events", "Senders", "Observers", "Http", "Hosting" })]
    [InlineData("Events", new[] { "Observers", "Http", "Hosting" })]
    [InlineData("Senders", new[] { "Observers", "Http", "Hosting" })]
    [InlineData("Observers", new[] { "Http", "Hosting" })]
    public void Nobody_else_knows_this_room(string room, string[] users)
    {
        var house = House.Of("smartsink");
        var others = TypeUses.Read(Path.Combine(AppContext.BaseDirectory, "smartsink.dll"))
            .Where(use => IsOurs(use.FromNamespace) && house.NameOf(use.ToNamespace).Split('.')[0] == room
                && !users.Append(room).Contains(house.NameOf(use.FromNamespace).Split('.')[0]));

        others.ShouldBeEmpty();
    }

    private static IEnumerable<string> ExceptionsOf(string assembly) => Exceptions.Where(line => line.StartsWith(assembly + ":", StringComparison.Ordinal));

    /// <summary>What generators put elsewhere (regular expressions, attributes that a compiler needs) is nobody's room.</summary>
    private static bool IsOurs(string @namespace) => @namespace is "" or "SmartSink" || @namespace.StartsWith("SmartSink.", StringComparison.Ordinal);

    private static bool Reaches(IEnumerable<(string From, string To)> edges, string start, string goal)
    {
        var next = edges.ToLookup(edge => edge.From, edge => edge.To, StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([start]);
        while (open.TryPop(out var at))
        {
            if (at == goal)
            {
                return true;
            }

            foreach (var to in next[at].Where(seen.Add))
            {
                open.Push(to);
            }
        }

        return false;
    }

    private static string Tell(string edge, List<TypeUse> uses) =>
        $"{edge}{string.Concat(uses.Take(UsesShown).Select(use => $"\n    {use}"))}{(uses.Count > UsesShown ? $"\n    and {uses.Count - UsesShown} more" : "")}";
}
