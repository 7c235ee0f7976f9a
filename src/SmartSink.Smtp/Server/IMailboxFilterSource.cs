namespace SmartSink.Smtp.Server;

/// <summary>Where a session takes the filter from: at the greeting, at EHLO, and at each MAIL; a transaction keeps the revision it began with.</summary>
public interface IMailboxFilterSource
{
    /// <summary>The revision in force. Read without a lock from many threads.</summary>
    IMailboxFilter Current { get; }
}
