using System.Xml.Linq;
using SmartSink.Testing;

namespace SmartSink.Tests.Architecture;

/// <summary>The projects may depend in one direction only; what a library may not touch stands in its BannedSymbols.txt.</summary>
public sealed class DependencyDirectionTests
{
    public static TheoryData<string, string[]> References => new()
    {
        { "SmartSink.Smtp", [] },
        { "SmartSink.Policy", ["SmartSink.Smtp"] },
        { "SmartSink.Behaviour", ["SmartSink.Policy", "SmartSink.Smtp"] },
        { "SmartSink.Ledger", ["SmartSink.Smtp"] },
        { "SmartSink", ["SmartSink.Behaviour", "SmartSink.Ledger", "SmartSink.Policy", "SmartSink.Smtp"] },
        { "SmartSink.TrafficGen", ["SmartSink.Smtp"] },
        { "SmartSink.Client", [] },
        { "SmartSink.Testcontainers", ["SmartSink.Client"] },
    };

    [Theory]
    [MemberData(nameof(References))]
    public void A_project_refers_to_these_projects_and_no_others(string project, string[] expected)
    {
        var file = RepositoryRoot.Combine("src", project, project + ".csproj");

        var actual = XDocument.Load(file).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));

        actual.ShouldBe(expected, ignoreOrder: true);
    }

    [Theory]
    [InlineData("SmartSink.Smtp", new string[0])]
    [InlineData("SmartSink.Policy", new[] { "Tomlyn" })]
    [InlineData("SmartSink.Behaviour", new string[0])]
    [InlineData("SmartSink.Ledger", new string[0])]
    [InlineData("SmartSink.Client", new string[0])]
    [InlineData("SmartSink.Testcontainers", new[] { "Testcontainers" })]
    public void A_library_needs_these_packages_and_no_others(string project, string[] expected) =>
        XDocument.Load(RepositoryRoot.Combine("src", project, project + ".csproj")).Descendants("PackageReference")
            .Select(reference => reference.Attribute("Include")!.Value).ShouldBe(expected, ignoreOrder: true);

    /// <summary>What they may not touch stands in a file that the compiler reads; here only that it is read.</summary>
    [Theory]
    [InlineData("SmartSink.Smtp", "N:System.Net.Sockets", "N:System.Threading.Tasks", "N:Microsoft.Extensions.Logging", "T:System.TimeProvider", "T:System.Globalization.IdnMapping")]
    [InlineData("SmartSink.Policy", "N:System.Net.Sockets", "N:System.Net.Http", "N:System.Threading.Tasks", "T:System.Globalization.IdnMapping")]
    [InlineData("SmartSink.Behaviour", "N:System.Net.Sockets", "N:System.Net.Http", "N:System.Threading.Tasks", "T:System.TimeProvider", "T:System.Threading.Timer")]
    [InlineData("SmartSink.Ledger", "N:System.Net.Sockets", "N:System.Net.Http", "N:System.Threading.Tasks", "T:System.TimeProvider", "T:System.Threading.Timer")]
    [InlineData("SmartSink.Client", "N:System.Net.Sockets", "T:System.Console", "P:System.DateTimeOffset.UtcNow")]
    public void A_library_bans_what_is_not_its_business(string project, params string[] symbols)
    {
        var banned = File.ReadLines(RepositoryRoot.Combine("src", project, "BannedSymbols.txt")).Select(line => line.Split(';')[0]);

        symbols.Except(banned).ShouldBeEmpty();
    }
}
