using System.Net;
using SmartSink.Smtp.Server;

namespace SmartSink.Testing.Dialogs;

/// <summary>The same fault in every dialog; late lines take ten seconds.</summary>
public sealed class OneReplyFault(ReplyFault fault) : IReplyFaultSource
{
    /// <inheritdoc/>
    public TimeSpan LateLineDelay => TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public ReplyFault Next() => fault;

    /// <inheritdoc/>
    public void Met(ReplyFault fault, IPAddress? client)
    {
    }
}
