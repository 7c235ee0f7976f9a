namespace SmartSink.TrafficGen.Tests.Options;

/// <summary>Tells when its first line is written.</summary>
internal sealed class SignallingWriter : StringWriter
{
    private readonly TaskCompletionSource _firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task FirstLine => _firstLine.Task;

    public override void WriteLine(string? value)
    {
        base.WriteLine(value);
        _firstLine.TrySetResult();
    }
}
