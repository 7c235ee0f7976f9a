using System.Globalization;
using SmartSink.EndToEnd.Tests.Redirect;
using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Mta;

/// <summary>A HAProxy on a host of the test's own.</summary>
internal sealed class HaproxyInstance : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private HaproxyInstance()
    {
    }

    /// <summary>Starts one; it listens when this returns.</summary>
    /// <param name="host">Where.</param>
    /// <param name="configuration">The text of its haproxy.cfg.</param>
    public static async Task<HaproxyInstance> StartAsync(NetworkNamespace host, string configuration)
    {
        var haproxy = new HaproxyInstance();
        var file = haproxy._folder.Write("haproxy.cfg", configuration);
        var started = await host.TryAsync($"haproxy -D -f {file} -p {haproxy.IdFile}");
        started.ExitCode.ShouldBe(0, started.ToString());
        return haproxy;
    }

    public void Dispose()
    {
        foreach (var id in File.ReadAllLines(IdFile))
        {
            Signal.Send(int.Parse(id, CultureInfo.InvariantCulture), Signal.Terminate);
        }

        _folder.Dispose();
    }

    private string IdFile => _folder.Combine("haproxy.pid");
}
