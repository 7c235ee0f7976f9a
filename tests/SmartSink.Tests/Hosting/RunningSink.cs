using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;
using SmartSink.Commands;
using SmartSink.Hosting;
using SmartSink.Settings;
using SmartSink.Testing;

namespace SmartSink.Tests.Hosting;

/// <summary>A whole sink of one test's own, in this process, on free ports.</summary>
internal sealed class RunningSink : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();

    private RunningSink()
    {
    }

    public SinkApplication App { get; private set; } = null!;

    public string PolicyFile => _folder.Combine("responses.toml");

    public static async Task<RunningSink> StartAsync(string policy = "", Func<SinkSettings, SinkSettings>? configure = null, TimeProvider? clock = null)
    {
        var sink = new RunningSink();
        sink._folder.Write("responses.toml", policy);
        var settings = new SinkSettings
        {
            ListenAddress = IPAddress.Loopback,
            Port = 0,
            HttpPort = 0,
            PolicyFile = sink.PolicyFile,
            StateFolder = sink._folder.Combine("state"),
            Hostname = "sink.example",
            StartTls = false,
            LogLevel = Serilog.Events.LogEventLevel.Fatal,
        };
        sink.App = await SinkApplication.StartAsync(configure?.Invoke(settings) ?? settings, new ConfigurationBuilder().Build(), [], clock ?? TimeProvider.System);
        return sink;
    }

    public Uri Url(string path) => new($"http://{App.HttpEndPoint}{path}");

    public Task<HttpResponseMessage> GetAsync(string path, string? accept = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Url(path));
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        return _http.SendAsync(request);
    }

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path) => _http.SendAsync(new HttpRequestMessage(method, Url(path)));

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _http.SendAsync(request);

    public Task<HttpResponseMessage> PostAsync(string path, HttpContent content) => _http.PostAsync(Url(path), content);

    public Task<MetricsScrape> ScrapeAsync() => MetricsScrape.FetchAsync(Url("/metrics"));

    /// <summary>Runs a command of the program, which is told where this sink's HTTP listens.</summary>
    public async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        using var error = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var code = await CommandLine.RunAsync([.. arguments, "--url", Url("/").ToString()], output, error);
        return (code, output.ToString(), error.ToString());
    }

    public Task<SmtpProbe> ConnectAsync() => SmtpProbe.ConnectAsync(App.SmtpEndPoint);

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
    }
}
