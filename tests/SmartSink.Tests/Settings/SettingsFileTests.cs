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

    [Fact]
    public void A_file_that_is_not_JSON_is_one_line_that_names_it()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("appsettings.json", "{ \"Port\": }");

        var message = Should.Throw<InvalidDataException>(() => SettingsFile.Load([folder.Path])).Message;

        message.ShouldStartWith(file + ": ");
        message.ShouldNotContain("\n");
    }
}
