using System.Text;
using SmartSink.Smtp.Client;
using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Tests.Client;

/// <summary>A client's session with somebody who plays the server, octet by octet.</summary>
internal sealed class ClientDialog : IClientObserver
{
    private readonly ReplyBuffer _output = new();

    public ClientDialog(SmtpClientOptions? options = null)
    {
        Session = new SmtpClientSession(options ?? new SmtpClientOptions(), "client.example"u8, this);
        Session.Start();
    }

    public SmtpClientSession Session { get; }

    public Envelope Envelope { get; } = new() { Size = 20 };

    public ClientAction Action { get; private set; } = ClientAction.Receive;

    public List<string> Answers { get; } = [];

    /// <summary>Everything the client has said since the last call.</summary>
    public string Said
    {
        get
        {
            var said = Encoding.ASCII.GetString(_output.Pending);
            _output.Clear();
            return said;
        }
    }

    /// <summary>Greets and answers EHLO.</summary>
    public static ClientDialog Greeted(SmtpClientOptions? options = null, params string[] keywords)
    {
        var dialog = new ClientDialog(options);
        dialog.Hear("220 mx.example ESMTP");
        dialog.Said.ShouldBe("EHLO client.example\r\n");
        dialog.Hear([.. keywords.Prepend("mx.example").Select((word, index) => $"250{(index < keywords.Length ? '-' : ' ')}{word}")]);
        return dialog;
    }

    /// <summary>The server says lines; the client hears them octet by octet, up to the first that makes it do something.</summary>
    public void Hear(params string[] lines)
    {
        foreach (var octet in Encoding.ASCII.GetBytes(string.Concat(lines.Select(line => line + "\r\n"))))
        {
            Action = Session.Advance([octet], _output, out var consumed);
            consumed.ShouldBe(1);
        }
    }

    public void Begin(params string[] recipients)
    {
        Envelope.Begin("a@b.example"u8);
        foreach (var recipient in recipients)
        {
            Envelope.Add(Encoding.ASCII.GetBytes(recipient));
        }

        Action = Session.Begin(Envelope, _output);
    }

    public void Quit() => Action = Session.Quit(_output);

    public void Secured() => Action = Session.TlsEstablished(_output);

    void IClientObserver.Answered(ClientCommand command, int recipient, ClientReply reply) =>
        Answers.Add(command == ClientCommand.Rcpt ? $"{command} {recipient} {reply.Code}" : $"{command} {reply.Code}");
}
