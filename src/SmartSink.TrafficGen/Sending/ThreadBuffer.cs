using SmartSink.Smtp.Replies;

namespace SmartSink.TrafficGen.Sending;

/// <summary>The buffer in which a thread gathers what it sends next. Never held across an await.</summary>
internal static class ThreadBuffer
{
    [ThreadStatic]
    private static ReplyBuffer? _buffer;

    /// <summary>This thread's buffer, empty.</summary>
    public static ReplyBuffer Take()
    {
        var buffer = _buffer ??= new ReplyBuffer(8 * 1024);
        buffer.Clear();
        return buffer;
    }
}
