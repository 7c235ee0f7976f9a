using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.Tests.Processes;

/// <summary>
/// The runtime normalises and encodes domains by ICU, by the system's version of it, or hardly at all. What a domain is to the policy does
/// not depend on that. A native program has its mode compiled in and is tried as it is.
/// </summary>
public sealed class GlobalizationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_international_domain_is_one_name_with_ICU_and_without(bool isInvariant)
    {
        var policy = _folder.Write("responses.toml", "[domain.\"bu\u0308cher.example\"]\nbounce = 100\n[domain.\"قطاع٢٠٢٦.example\"]\nbounce = 100\n");

        (await ExplainAsync("x@BÜCHER。example", policy, isInvariant)).ShouldContain("xn--bcher-kva.example has an entry of its own");
        (await ExplainAsync("x@قطاع٢٠٢٦.example", policy, isInvariant)).ShouldContain(" has an entry of its own");
    }

    private async Task<string> ExplainAsync(string address, string policy, bool isInvariant)
    {
        var command = SinkProcess.OwnCommand;
        if (command is ["dotnet", var assembly])
        {
            const string setting = "\"System.Globalization.Invariant\": ";
            var given = await File.ReadAllTextAsync(Path.ChangeExtension(assembly, ".runtimeconfig.json"), TestContext.Current.CancellationToken);
            given.ShouldContain(setting + "true");
            var config = _folder.Write("runtimeconfig.json", isInvariant ? given : given.Replace(setting + "true", setting + "false", StringComparison.Ordinal));
            command = ["dotnet", "exec", "--runtimeconfig", config, assembly];
        }

        var result = await Tool.RunAsync(command[0], [.. command.Skip(1), "explain", address, "--data", policy]);

        Assert.SkipWhen(result.Error.Contains("Couldn't find a valid ICU package", StringComparison.Ordinal), "ICU is not installed");
        result.ExitCode.ShouldBe(0, result.Error);
        return result.Output;
    }
}
