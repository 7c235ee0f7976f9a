namespace SmartSink.Transport;

/// <summary>Who is called by a <see cref="SocketPoller"/>, always on its thread, one call at a time. Must not block or throw.</summary>
internal interface IPolled
{
    /// <summary>The descriptor's state has changed.</summary>
    void OnReady(PollFlags flags);

    /// <summary>Somebody has asked for the thread's attention by <see cref="SocketPoller.Post"/>.</summary>
    void OnPosted();
}
