using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Monitoring;

/// <summary>A real Prometheus with the files of docker/monitoring, that scrapes one sink on loopback every second.</summary>
internal sealed class PrometheusInstance : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _client = new();
    private readonly Process _process;
    private readonly List<string> _log = [];

    private PrometheusInstance(Uri sink)
    {
        foreach (var file in MonitoringFiles.Rules)
        {
            _folder.Write(Path.GetFileName(file), File.ReadAllText(file));
        }

        var configuration = _folder.Write("prometheus.yml", MonitoringFiles.ConfigurationFor($"{sink.Host}:{sink.Port}"));
        var address = $"127.0.0.1:{LoopbackPort.Free()}";
        _client.BaseAddress = new Uri($"http://{address}/");
        var start = new ProcessStartInfo(
            Tool.Find("prometheus")!,
            [$"--config.file={configuration}", $"--storage.tsdb.path={_folder.Combine("data")}", $"--web.listen-address={address}", "--log.level=warn"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
    }

    /// <summary>Starts it and waits until it has read the sink's page once.</summary>
    /// <param name="sink">Its HTTP.</param>
    public static async Task<PrometheusInstance> StartAsync(Uri sink)
    {
        var prometheus = new PrometheusInstance(sink);
        prometheus._process.Start();
        prometheus._process.BeginOutputReadLine();
        prometheus._process.BeginErrorReadLine();
        await prometheus.HasAsync("smartsink_build_info");
        return prometheus;
    }

    /// <summary>Waits until a query gives at least one number.</summary>
    /// <exception cref="TimeoutException">It gave none within three minutes.</exception>
    public async Task HasAsync(string query)
    {
        using var limit = new CancellationTokenSource(Patience);
        var last = string.Empty;
        while (true)
        {
            try
            {
                last = await _client.GetStringAsync(new Uri($"/api/v1/query?query={Uri.EscapeDataString(query)}", UriKind.Relative), limit.Token);
                if (NumbersIn(last).Any(double.IsFinite))
                {
                    return;
                }
            }
            catch (HttpRequestException exception) when (exception.StatusCode is null or System.Net.HttpStatusCode.ServiceUnavailable)
            {
                // It does not listen yet, or is not ready.
                _process.HasExited.ShouldBeFalse(Log);
            }
            catch (OperationCanceledException exception)
            {
                throw new TimeoutException($"no data: {query}\n{last}\n{Log}", exception);
            }

            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"no data: {query}\n{last}\n{Log}");
            }

            await Task.Delay(200, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }

    private static IEnumerable<double> NumbersIn(string answer)
    {
        using var json = JsonDocument.Parse(answer);
        return
        [
            .. json.RootElement.GetProperty("data").GetProperty("result").EnumerateArray()
                .Select(sample => double.Parse(sample.GetProperty("value")[1].GetString()!.Replace("+Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture)),
        ];
    }

    private string Log
    {
        get
        {
            lock (_log)
            {
                return string.Join('\n', _log);
            }
        }
    }

    private void Take(string? line)
    {
        lock (_log)
        {
            if (line is not null)
            {
                _log.Add(line);
            }
        }
    }
}
