using System.Text.RegularExpressions;
using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Monitoring;

/// <summary>What the compose file makes of Prometheus and Grafana. <see cref="Docker.DockerComposeTests"/> starts them, or stand-ins where their images cannot be had.</summary>
public sealed partial class ComposeTests
{
    [Fact]
    public async Task They_are_of_the_profile_pinned_on_loopback_read_only_without_a_secret_and_their_files_are_there()
    {
        Requirement.Programs("docker-compose");
        var result = await Tool.RunAsync("docker-compose", ["--file", RepositoryRoot.Combine("docker-compose.yml"), "--profile", "monitoring", "config"]);
        result.ExitCode.ShouldBe(0, result.ToString());
        var services = Service().Matches(result.Output).Where(service => service.Groups[1].Value is "prometheus" or "grafana").Select(service => service.Value).ToList();
        services.Count.ShouldBe(2, result.Output);
        services.ShouldAllBe(service => Image().IsMatch(service) && Port().IsMatch(service));
        services.ShouldAllBe(service => service.Contains("profiles:\n    - monitoring\n", StringComparison.Ordinal));
        services.ShouldAllBe(service => service.Contains("read_only: true", StringComparison.Ordinal) && service.Contains("no-new-privileges:true", StringComparison.Ordinal));
        services.ShouldAllBe(service => !service.Contains("PASSWORD", StringComparison.OrdinalIgnoreCase));

        var mounts = services.SelectMany(service => Mount().Matches(service)).ToList();
        mounts.Count.ShouldBe(6);
        mounts.ShouldAllBe(mount => File.Exists(mount.Groups[1].Value) && mount.Groups[2].Value == "ro");
    }

    [GeneratedRegex(@"^  ([\w-]+):\n(?:    .*\n)+", RegexOptions.Multiline)]
    private static partial Regex Service();

    [GeneratedRegex(@"image: (?:prom/prometheus:v|grafana/grafana:)\d+\.\d+\.\d+\b")]
    private static partial Regex Image();

    [GeneratedRegex(@"ports:\n    - 127\.0\.0\.1:(?:9090:9090|3000:3000)/tcp\n    \w")]
    private static partial Regex Port();

    [GeneratedRegex(@"- (/\S+/docker/monitoring/[^:\s]+):[^:\s]+:(\w+)")]
    private static partial Regex Mount();
}
