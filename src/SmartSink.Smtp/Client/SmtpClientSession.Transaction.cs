using System.Buffers.Text;
using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Client;

/// <content>A mail transaction (RFC 5321 section 3.3).</content>
public sealed partial class SmtpClientSession
{
    private const int MaxDigits = 20;

    private Envelope? _envelope;
    private int _answered;
    private int _accepted;
    private bool _pipelined;
    private bool _mailAccepted;

    /// <summary>Whether the commands of the open transaction were sent together.</summary>
    public bool IsPipelining => _pipelined;

    /// <summary>Begins a message; allowed only when idle.</summary>
    /// <param name="envelope">Sender and at least one recipient. Receives the replies, and must
    /// not be changed until the transaction is over.</param>
    /// <param name="output">Receives what is to be sent.</param>
    public ClientAction Begin(Envelope envelope, ReplyBuffer output)
    {
        _envelope = envelope;
        _answered = 0;
        _accepted = 0;
        _mailAccepted = false;
        _pipelined = _options.Pipelining && Has(ServerExtensions.Pipelining);
        WriteMail(envelope, output);
        if (_pipelined)
        {
            for (var index = 0; index < envelope.RecipientCount; index++)
            {
                WriteRcpt(envelope.Recipient(index), output);
            }

            // BDAT sends its octets at once, even if no recipient is accepted; DATA waits for a 354.
            if (!_options.Chunking)
            {
                output.Write("DATA\r\n"u8);
            }
        }

        return Await(ClientCommand.Mail);
    }

    private ClientAction TakeMail(ClientReply reply, ReplyBuffer output)
    {
        _mailAccepted = reply.IsPositive;
        if (_pipelined)
        {
            return Await(ClientCommand.Rcpt);
        }

        if (!_mailAccepted)
        {
            return Idle();
        }

        WriteRcpt(_envelope!.Recipient(0), output);
        return Await(ClientCommand.Rcpt);
    }

    private ClientAction TakeRcpt(ClientReply reply, ReplyBuffer output)
    {
        _accepted += reply.IsPositive ? 1 : 0;
        if (++_answered < _envelope!.RecipientCount)
        {
            if (!_pipelined)
            {
                WriteRcpt(_envelope.Recipient(_answered), output);
            }

            return ClientAction.Receive;
        }

        if (_pipelined && !_options.Chunking)
        {
            return Await(ClientCommand.Data);
        }

        if (_accepted == 0)
        {
            return Reset(output);
        }

        return _options.Chunking ? SayBdat(output) : SayData(output);
    }

    private ClientAction TakeData(ClientReply reply, ReplyBuffer output)
    {
        if (reply.IsPositive)
        {
            return Fail(ClientFailure.Malformed);
        }

        if (!reply.IsIntermediate)
        {
            return Reset(output);
        }

        Await(ClientCommand.EndOfData);
        if (_accepted > 0)
        {
            return ClientAction.SendMessage;
        }

        // RFC 2920 section 3.1: sends an empty message when no recipient was accepted.
        output.Write(".\r\n"u8);
        return ClientAction.Receive;
    }

    private ClientAction SayData(ReplyBuffer output)
    {
        output.Write("DATA\r\n"u8);
        return Await(ClientCommand.Data);
    }

    private ClientAction SayBdat(ReplyBuffer output)
    {
        output.Write("BDAT "u8);
        WriteNumber(_envelope!.Size, output);
        output.Write(" LAST\r\n"u8);
        Await(ClientCommand.EndOfData);
        return ClientAction.SendMessage;
    }

    private ClientAction Reset(ReplyBuffer output)
    {
        if (!_mailAccepted)
        {
            return Idle();
        }

        output.Write("RSET\r\n"u8);
        return Await(ClientCommand.Rset);
    }

    private void WriteMail(Envelope envelope, ReplyBuffer output)
    {
        output.Write("MAIL FROM:<"u8);
        output.Write(envelope.Sender);
        output.Write((byte)'>');
        if (Has(ServerExtensions.Size))
        {
            output.Write(" SIZE="u8);
            WriteNumber(envelope.Size, output);
        }

        if (envelope.EightBit && Has(ServerExtensions.EightBitMime))
        {
            output.Write(" BODY=8BITMIME"u8);
        }

        if (_options.SmtpUtf8)
        {
            output.Write(" SMTPUTF8"u8);
        }

        output.Write("\r\n"u8);
    }

    private static void WriteRcpt(ReadOnlySpan<byte> recipient, ReplyBuffer output)
    {
        output.Write("RCPT TO:<"u8);
        output.Write(recipient);
        output.Write(">\r\n"u8);
    }

    private static void WriteNumber(long number, ReplyBuffer output)
    {
        Utf8Formatter.TryFormat(number, output.GetSpan(MaxDigits), out var written);
        output.Advance(written);
    }
}
