using SmartSink.Testing.Time;
using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Tests.Options;

/// <summary>Calls the program with an engine that only remembers what it was asked.</summary>
internal sealed class CommandLineFixture : IDisposable
{
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly SignallingWriter _error = new() { NewLine = "\n" };

    public string Output => _output.ToString();

    public string Error => _error.ToString();

    /// <summary>Done when the first line stands on standard error.</summary>
    public Task FirstErrorLine => _error.FirstLine;

    public TrafficOptions? Asked { get; private set; }

    public ManualTimeProvider Time { get; } = new();

    public Task<int> RunAsync(params string[] arguments) => RunAsync(_ => TrafficEnd.Complete, arguments);

    public Task<int> RunAsync(Func<ITrafficObserver, TrafficEnd> engine, params string[] arguments) => RunAsync(
        (_, observer, _, _) => Task.FromResult(engine(observer)), arguments);

    public Task<int> RunAsync(TrafficRunner engine, params string[] arguments) => TrafficCommandLine.RunAsync(
        arguments,
        new TrafficSession(_output, _error, Time, (options, observer, clock, stop) =>
        {
            Asked = options;
            return engine(options, observer, clock, stop);
        }));

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }
}
