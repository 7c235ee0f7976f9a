namespace SmartSink.Smtp.Client;

/// <summary>Hears every reply of a client's dialog.</summary>
public interface IClientObserver
{
    /// <summary>A command was answered.</summary>
    /// <param name="command">Which.</param>
    /// <param name="recipient">With <see cref="ClientCommand.Rcpt"/> the recipient's index, otherwise 0.</param>
    /// <param name="reply">The answer.</param>
    void Answered(ClientCommand command, int recipient, ClientReply reply);
}
