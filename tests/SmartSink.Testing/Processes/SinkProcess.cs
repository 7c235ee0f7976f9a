using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace SmartSink.Testing.Processes;

/// <summary>
/// The sink as its users run it: a process of its own, with a policy of the test's, on ports that the kernel chose.
/// The test's project must refer to the server's, so that smartsink.dll lies beside the test.
/// </summary>
public sealed partial class SinkProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder _folder = new();
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;
    private readonly HttpClient _http;

    private SinkProcess(string policy, IReadOnlyDictionary<string, string>? environment, IReadOnlyList<string> command, HttpClient http)
    {
        _http = http;
        PolicyFile = _folder.Write("policy/responses.toml", policy);
        var start = new ProcessStartInfo(Tool.Find(command[0]) ?? command[0], command.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = RepositoryRoot.Path,
        };
        start.Environment["SINK_LISTEN"] = "127.0.0.1";
        start.Environment["SINK_PORT"] = "0";
        start.Environment["SINK_HTTP"] = "0";
        start.Environment["SINK_DATA"] = PolicyFile;
        start.Environment["SINK_STATE"] = _folder.Combine("state");
        start.Environment["SINK_HOSTNAME"] = "sink.test";
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.Exited += (_, _) => _started.TrySetException(new InvalidOperationException($"the sink ended:\n{Output}"));
    }

    private event Action? Said;

    /// <summary>The command that runs the server under test.</summary>
    public static IReadOnlyList<string> OwnCommand { get; } = BuiltProgram.Command("smartsink");

    /// <summary>The policy's main file, to be edited.</summary>
    public string PolicyFile { get; }

    /// <summary>Where SMTP listens, on loopback; the first listener's of several.</summary>
    public int SmtpPort => SmtpPorts[0];

    /// <summary>Where SMTP listens, a port for each listener, 0 for one on a Unix socket.</summary>
    public IReadOnlyList<int> SmtpPorts { get; private set; } = [0];

    /// <summary>Where HTTP listens.</summary>
    public Uri Http { get; private set; } = new("http://127.0.0.1/");

    /// <summary>The process's id.</summary>
    public int Id => _process.Id;

    /// <summary>Whatever it has said on both streams.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts a sink and waits until it answers.</summary>
    /// <param name="policy">The text of its responses.toml.</param>
    /// <param name="environment">Settings beside the test's own.</param>
    /// <param name="command">How to run it, from the repository's root; <see cref="OwnCommand"/> unless told.</param>
    /// <param name="http">Reaches its HTTP when that is not on this machine's loopback; ended with it.</param>
    /// <exception cref="InvalidOperationException">It ended instead; the message holds what it said.</exception>
    public static async Task<SinkProcess> StartAsync(
        string policy, IReadOnlyDictionary<string, string>? environment = null, IReadOnlyList<string>? command = null, HttpClient? http = null)
    {
        var sink = new SinkProcess(policy, environment, command ?? OwnCommand, http ?? new HttpClient());
        sink._process.Start();
        sink._process.BeginOutputReadLine();
        sink._process.BeginErrorReadLine();
        try
        {
            await sink._started.Task.WaitAsync(Patience);
            return sink;
        }
        catch (TimeoutException exception)
        {
            await sink.DisposeAsync();
            throw new TimeoutException($"the sink did not start in time:\n{sink.Output}", exception);
        }
        catch
        {
            await sink.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads /metrics.</summary>
    public Task<MetricsScrape> MetricsAsync() => MetricsScrape.FetchAsync(new Uri(Http, "/metrics"), _http);

    /// <summary>Waits until a metric's samples with these labels come to at least so much.</summary>
    /// <exception cref="TimeoutException">They did not within three minutes; the message holds what it said.</exception>
    public async Task CountsAsync(double least, string name, params (string Key, string Value)[] labels)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while ((await MetricsAsync()).Sum(name, labels) < least)
        {
            await Task.Delay(100, CancellationToken.None);
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"the sink did not count {least} of {name}:\n{Output}");
            }
        }
    }

    /// <summary>Puts another policy in the place of the present one and waits until it is in force.</summary>
    public async Task ChangePolicyAsync(string policy)
    {
        var before = await AppliedAsync();
        ReplacePolicy(policy);
        using var limit = new CancellationTokenSource(Patience);
        while (await AppliedAsync() == before)
        {
            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>Puts another policy in the place of the present one, in one step.</summary>
    public void ReplacePolicy(string policy)
    {
        File.WriteAllText(PolicyFile + ".new", policy);
        File.Move(PolicyFile + ".new", PolicyFile, overwrite: true);
    }

    /// <summary>Waits until it has said something on one of its streams.</summary>
    /// <exception cref="TimeoutException">It did not within three minutes; the message holds what it said.</exception>
    public async Task SaysAsync(string text)
    {
        var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Said += Look;
        try
        {
            Look();
            await said.Task.WaitAsync(Patience);
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"the sink did not say \"{text}\":\n{Output}", exception);
        }
        finally
        {
            Said -= Look;
        }

        void Look()
        {
            if (Output.Contains(text, StringComparison.Ordinal))
            {
                said.TrySetResult();
            }
        }
    }

    /// <summary>Sends SIGTERM, or another signal, and waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> TerminateAsync(int signal = Signal.Terminate)
    {
        Signal.Send(_process.Id, signal);
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _http.Dispose();
        _folder.Dispose();
    }

    // In a log of JSON the addresses stand between escaped quotes.
    [GeneratedRegex("""answers (?:\\")?(?:SMTP|LMTP)(?:\\")? on (?:\\")?((?:unix:[^ ,"]+|[0-9a-f.:\[\], ])+)(?:\\")? and HTTP on (?:\\")?([0-9a-f.:\[\]]+)(?:\\")?;""", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex StartLine();

    private async Task<double> AppliedAsync() => (await MetricsAsync()).Sum("smartsink_policy_reloads_total", ("result", "applied"));

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
        }

        Said?.Invoke();

        if (StartLine().Match(line) is { Success: true } match)
        {
            SmtpPorts = [.. match.Groups[1].Value.Split(", ").Select(address => IPEndPoint.TryParse(address, out var smtp) ? smtp.Port : 0)];
            Http = new Uri($"http://{match.Groups[2].Value}/");
            _started.TrySetResult();
        }
    }
}
