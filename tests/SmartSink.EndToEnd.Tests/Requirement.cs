using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests;

/// <summary>What a test needs of its machine; without it the test is skipped and says why.</summary>
internal static class Requirement
{
    public static void Programs(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            Assert.SkipUnless(Tool.Find(name) is not null, $"this machine has no {name}");
        }
    }

    public static async Task DockerAsync()
    {
        Programs("docker");
        Assert.SkipUnless((await Tool.RunAsync("docker", ["version"])).ExitCode == 0, "no Docker engine answers");
    }

    public static void Root() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
}
