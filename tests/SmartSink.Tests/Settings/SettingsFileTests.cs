using SmartSink.Settings;
using SmartSink.Testing;

namespace SmartSink.Tests.Settings;

public sealed class SettingsFileTests
{
    [Fact]
    public void A_later_folder_goes_over_an_earlier_one()
    {
        using var first = new TemporaryFolder();
        using var second = new TemporaryFolder();
        first.Write("appsettings.json", """{ "Port": 1, "Http": 1 }""");
        second.Write("appsettings.json", """{ /* comments are fine */ "Port": 2, }""");

        var files = SettingsFile.Load([first.Path, second.Path]);

        (files["Port"], files["Http"]).ShouldBe(("2", "1"));
    }

    [Fact]
    public void The_file_that_is_shipped_says_the_defaults()
    {
        var none = new Dictionary<string, string>();
        var shipped = SettingsReader.Read(SettingsFile.Load([AppContext.BaseDirectory]), none, none);
        shipped.Files.GetSection(SettingsFile.Section).GetChildren().ShouldNotBeEmpty();
        shipped.Settings.ShouldBe(SinkSettings.DefaultsFor(none));
        shipped.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void No_file_is_no_mistake()
    {
        using var folder = new TemporaryFolder();
        SettingsFile.Load([folder.Path]).GetChildren().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{ \"Port\": }", "(1,11): error: ")]
    [InlineData("{\n  \"Banner\": \"日本 😀\" \"x\"\n}", "(2,20): error: ")]
    [InlineData("{\r\n\r\n  \"Port\": 25", "(3,13): error: ")]
    [InlineData("", "(1,1): error: ")]
    [InlineData("{ \"A\": \"\u0001\" }", "(1,9): error: ")]
    [InlineData("[]", ": ")]
    [InlineData("{ \"Port\": 1, \"port\": 2 }", ": ")]
    public void A_file_that_is_not_JSON_is_one_line_with_its_place(string json, string place)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("appsettings.json", json);

        var message = Should.Throw<InvalidDataException>(() => SettingsFile.Load([folder.Path])).Message;

        message.ShouldStartWith(file + place);
        message.ShouldNotContain("\n");
        message.ShouldNotContain("LineNumber");
    }
}
