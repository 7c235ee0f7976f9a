using SmartSink.Smtp.Server;

namespace SmartSink.Connections;

/// <summary>Names what became of a session whose client went away.</summary>
internal static class LossReasons
{
    /// <summary>The reason.</summary>
    /// <param name="session">The session as the client left it.</param>
    /// <param name="inGoodOrder">Whether the client closed the connection, in place of resetting it or vanishing.</param>
    public static SessionEndReason LossReason(this SmtpSession session, bool inGoodOrder) =>
        session.IsInData ? SessionEndReason.ClosedInData
        : inGoodOrder ? SessionEndReason.ClientClosed
        : SessionEndReason.ConnectionReset;
}
