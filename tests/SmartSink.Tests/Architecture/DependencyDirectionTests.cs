using System.Xml.Linq;
using SmartSink.Testing;

namespace SmartSink.Tests.Architecture;

/// <summary>The projects may depend in one direction only, and the protocol knows nothing of sockets, tasks, clocks and loggers.</summary>
public sealed class DependencyDirectionTests
{
    public static TheoryData<string, string[]> References => new()
    {
        { "SmartSink.Smtp", [] },
        { "SmartSink.Policy", ["SmartSink.Smtp"] },
        { "SmartSink", ["SmartSink.Policy", "SmartSink.Smtp"] },
        { "SmartSink.TrafficGen", ["SmartSink.Smtp"] },
    };

    public static TheoryData<string, string[]> ForbiddenWords => new()
    {
        { "SmartSink.Smtp", ["System.Net.Sockets", "System.Threading.Tasks", "async ", "await ", "TimeProvider", "DateTime.Now", "DateTime.UtcNow", "Stopwatch", "Environment.TickCount", "ILogger"] },
        { "SmartSink.Policy", ["System.Net.Sockets", "System.Net.Http", "async ", "await "] },
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
    public void A_library_needs_these_packages_and_no_others(string project, string[] expected) =>
        XDocument.Load(RepositoryRoot.Combine("src", project, project + ".csproj")).Descendants("PackageReference")
            .Select(reference => reference.Attribute("Include")!.Value).ShouldBe(expected, ignoreOrder: true);

    [Theory]
    [MemberData(nameof(ForbiddenWords))]
    public void A_library_does_not_touch_what_is_not_its_business(string project, string[] words)
    {
        var folder = RepositoryRoot.Combine("src", project);
        var files = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Where(file => !file.Contains("/obj/", StringComparison.Ordinal)).ToList();
        files.ShouldNotBeEmpty();

        var found = from file in files
                    from line in File.ReadLines(file)
                    where !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
                    from word in words
                    where line.Contains(word, StringComparison.Ordinal)
                    select $"{Path.GetRelativePath(folder, file)}: {line.Trim()}";

        found.ShouldBeEmpty();
    }
}
