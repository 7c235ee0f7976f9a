using System.Text;

namespace SmartSink.TrafficGen.Tests.Options;

/// <summary>A stream to a disk without room.</summary>
internal sealed class FullWriter : TextWriter
{
    private readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>Done when something was to be written.</summary>
    public Task Refused => _refused.Task;

    public override void Write(char value)
    {
        _refused.TrySetResult();
        throw new IOException("No space left on device");
    }
}
