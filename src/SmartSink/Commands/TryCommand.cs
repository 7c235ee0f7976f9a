using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using SmartSink.Hosting;
using SmartSink.Shared;
using SmartSink.Smtp.Client;
using SmartSink.Smtp.Replies;

namespace SmartSink.Commands;

/// <summary><c>smartsink try</c>: sends one message to a running sink and shows the dialog, so that nobody needs another program for a first look.</summary>
internal static class TryCommand
{
    /// <summary>The recipient was refused for now.</summary>
    public const int TempFail = 4;

    /// <summary>The recipient was refused for good.</summary>
    public const int PermFail = 5;

    private const int LargestMessage = 64 * (int)RegularFile.Megabyte;
    private static readonly IPEndPoint UsualTarget = new(IPAddress.Loopback, 2525);

    public static Command Create()
    {
        var recipient = new Argument<string>("RECIPIENT") { Description = "Mailbox to send to, such as permfail@gmail.com" };
        var from = new Option<string>("--from") { HelpName = "mailbox", Description = "Sender; an empty text is the null sender", DefaultValueFactory = _ => "sender@client.example" };
        var helo = new Option<string>("--helo") { HelpName = "name", Description = "Name to give with EHLO", DefaultValueFactory = _ => "client.example" };
        var target = new Option<string>("--target") { HelpName = "host:port", Description = "Where the sink's SMTP listens, on this machine", DefaultValueFactory = _ => UsualTarget.ToString() };
        var message = new Option<string?>("--message") { HelpName = "file", Description = "A complete message to send instead of a short one" };
        var timeout = new Option<TimeSpan>("--timeout")
        {
            HelpName = "time",
            Description = "How long to wait for each reply [default: 60s]",
            DefaultValueFactory = _ => TimeSpan.FromSeconds(60),
            CustomParser = given =>
            {
                if (!Times.TryParse(given.Tokens[0].Value, out var time) || time == TimeSpan.Zero)
                {
                    given.AddError("--timeout: not a time such as 30s");
                }

                return time;
            },
        };
        recipient.Validators.Add(given => Check(given, "RECIPIENT", mayBeEmpty: false));
        from.Validators.Add(given => Check(given, "--from", mayBeEmpty: true));
        helo.Validators.Add(given => Check(given, "--helo", mayBeEmpty: false));
        var command = new Command(
            "try", "Send one message to a sink on this machine and show the dialog; exits with 0 if it is accepted, 4 if it is refused temporarily, 5 if permanently, 1 if there is no answer")
        {
            recipient, from, helo, target, message, timeout,
        };
        command.SetAction((line, cancellation) => RunAsync(
            new TryQuestion(
                line.GetRequiredValue(recipient), line.GetValue(from)!, line.GetValue(helo)!, line.GetValue(target)!, line.GetValue(message), line.GetValue(timeout)),
            line.InvocationConfiguration.Output,
            cancellation));
        return command;
    }

    // The sink is to judge addresses; but a line's end would begin another command, and brackets are put around them here.
    private static void Check(SymbolResult given, string name, bool mayBeEmpty)
    {
        // A default has no token.
        if (given.Tokens is not [{ Value: var text }])
        {
            return;
        }

        if (text.Any(char.IsControl) || text.AsSpan().ContainsAny('<', '>'))
        {
            given.AddError($"{name}: contains a control character or an angle bracket");
        }
        else if (text.Length == 0 && !mayBeEmpty)
        {
            given.AddError($"{name}: is empty");
        }
    }

    /// <summary>Leads the dialog and returns the exit code of its outcome.</summary>
    /// <exception cref="StartException">It cannot begin: the target is not on this machine or does not answer, or the message cannot be read.</exception>
    private static async Task<int> RunAsync(TryQuestion question, TextWriter output, CancellationToken cancellation)
    {
        var target = await FindAsync(question.Target, cancellation);
        var message = question.MessageFile is null ? Encoding.UTF8.GetBytes(MadeMessage(question)) : ReadMessage(question.MessageFile);
        using var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var patience = new Patience(question.Timeout, cancellation);
        try
        {
            await socket.ConnectAsync(target, cancellation);
        }
        catch (SocketException exception)
        {
            throw new StartException(ExitCodes.Failure, [$"no sink answers at {target} ({exception.Message}); use --target to name another"], exception);
        }

        var dialog = new TryDialog(question, message, output);
        try
        {
            await dialog.LeadAsync(socket, patience);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            dialog.Break(exception is SocketException ? exception.Message : $"no reply within {Times.Write(question.Timeout)}");
        }

        return dialog.Conclude();
    }

    /// <summary>Only loopback is spoken to: what a slip of the hand sends elsewhere would be real mail.</summary>
    private static async Task<IPEndPoint> FindAsync(string target, CancellationToken cancellation)
    {
        var colon = target.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(target.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
        {
            throw new StartException(ExitCodes.Usage, [OneLine.Escape($"--target: \"{target}\" is not a host and port such as 127.0.0.1:2525 or [::1]:2525")]);
        }

        var host = target[..colon];
        IPAddress[] addresses;
        try
        {
            addresses = IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellation);
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            throw new StartException(ExitCodes.Usage, [OneLine.Escape($"--target: {host} has no address: {exception.Message}")], exception);
        }

        return addresses.FirstOrDefault(address => !IPAddress.IsLoopback(Plain(address))) is { } elsewhere
            ? throw new StartException(ExitCodes.Usage, [$"--target: {elsewhere} is not a loopback address, and try connects to no others, so that no mail leaves this machine; traffic-gen can send elsewhere"])
            : new IPEndPoint(Plain(addresses[0]), port);
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static string MadeMessage(TryQuestion question) =>
        $"From: <{question.From}>\r\nTo: <{question.Recipient}>\r\nSubject: Test by smartsink try\r\n"
        + $"Date: {DateTimeOffset.Now.ToString("ddd, dd MMM yyyy HH:mm:ss zzz", CultureInfo.InvariantCulture).Remove(29, 1)}\r\n"
        + $"Message-ID: <{Guid.NewGuid():N}@smartsink.invalid>\r\n\r\nThis message is a test.\r\n";

    private static byte[] ReadMessage(string file)
    {
        try
        {
            return WithCrLf(RegularFile.ReadAllBytes(file, LargestMessage));
        }
        catch (FileException exception)
        {
            throw new StartException(ExitCodes.Usage, [OneLine.Escape($"--message: {file}: {exception.Message}")], exception);
        }
    }

    // Whatever ends its lines, on the wire it is CRLF and nothing else (RFC 5321 section 2.3.8).
    private static byte[] WithCrLf(byte[] text)
    {
        var lines = new List<byte>(text.Length + (text.Length / 32));
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] is (byte)'\r' or (byte)'\n')
            {
                at += text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n' ? 1 : 0;
                lines.AddRange("\r\n"u8);
            }
            else
            {
                lines.Add(text[at]);
            }
        }

        return [.. lines];
    }
}

/// <summary>What <c>smartsink try</c> was asked.</summary>
/// <param name="Recipient">The mailbox, without brackets.</param>
/// <param name="From">The sender, without brackets; empty for the null sender.</param>
/// <param name="Helo">The name to say.</param>
/// <param name="Target">Host and port, on loopback.</param>
/// <param name="MessageFile">A message to send; null for one that is made.</param>
/// <param name="Timeout">How long to wait for each reply.</param>
internal sealed record TryQuestion(string Recipient, string From, string Helo, string Target, string? MessageFile, TimeSpan Timeout);

/// <summary>A deadline that can be set anew for each wait.</summary>
internal sealed class Patience(TimeSpan time, CancellationToken cancellation) : IDisposable
{
    private readonly CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

    public CancellationToken Token()
    {
        _source.CancelAfter(time);
        return _source.Token;
    }

    public void Dispose() => _source.Dispose();
}

/// <summary>One dialog, told line by line: <c>-></c> what goes to the sink, <c>&lt;-</c> what comes from it.</summary>
internal sealed class TryDialog : IClientObserver
{
    /// <summary>Lines of a message that are shown.</summary>
    private const int ShownLines = 12;

    private readonly TryQuestion _question;
    private readonly byte[] _message;
    private readonly TextWriter _output;
    private readonly SmtpClientSession _session;
    private readonly Envelope _envelope = new();
    private readonly List<byte> _line = [];
    private (ClientCommand Command, ClientReply Reply)? _decision;
    private string? _break;

    public TryDialog(TryQuestion question, byte[] message, TextWriter output)
    {
        _question = question;
        _message = message;
        _output = output;
        var isUtf8 = !Ascii.IsValid(question.From) || !Ascii.IsValid(question.Recipient);
        _session = new SmtpClientSession(new SmtpClientOptions { SmtpUtf8 = isUtf8 }, Encoding.UTF8.GetBytes(question.Helo), this);
        _envelope.Begin(Encoding.UTF8.GetBytes(question.From));
        _envelope.Add(Encoding.UTF8.GetBytes(question.Recipient));
        _envelope.Size = message.Length;
        _envelope.EightBit = !Ascii.IsValid(message);
    }

    /// <summary>Leads it to its end, whichever that is.</summary>
    public async Task LeadAsync(Socket socket, Patience patience)
    {
        var input = new byte[4096];
        var output = new ReplyBuffer();
        var hasSent = false;
        _session.Start();
        while (true)
        {
            var received = await socket.ReceiveAsync(input, patience.Token());
            if (received == 0)
            {
                _break = "the sink closed the connection";
                return;
            }

            ShowReceived(input.AsSpan(0, received));
            for (var at = 0; at < received;)
            {
                var action = _session.Advance(input.AsSpan(at, received - at), output, out var consumed);
                at += consumed;
                if (action == ClientAction.Close)
                {
                    _break = _session.Failure == ClientFailure.NotOffered ? "the sink does not offer SMTPUTF8, which these addresses need"
                        : _session.Failure == ClientFailure.Malformed ? "that is not an SMTP reply"
                        : null;
                    return;
                }

                if (action == ClientAction.Idle)
                {
                    _ = hasSent ? _session.Quit(output) : _session.Begin(_envelope, output);
                    hasSent = true;
                }

                var commands = output.Length;
                if (action == ClientAction.SendMessage)
                {
                    DotStuffing.Write(_message, output);
                    DotStuffing.WriteEnd(_message, output);
                }

                ShowSent(output.Pending[..commands]);
                ShowMessage(output.Pending[commands..]);
                await SendAsync(socket, output, patience);
            }
        }
    }

    /// <summary>The connection is lost.</summary>
    public void Break(string reason) => _break = reason;

    /// <summary>Says what came of it.</summary>
    /// <returns>The exit code.</returns>
    public int Conclude()
    {
        if (_line.Count > 0)
        {
            ShowLine("<- ", CollectionsMarshal.AsSpan(_line));
        }

        var recipient = OneLine.Escape(_question.Recipient);
        if (_decision is not var (command, reply))
        {
            _output.WriteLine($"{recipient}: no answer: {_break ?? "the sink ended the dialog"}");
            return ExitCodes.Failure;
        }

        var enhanced = reply.Enhanced == default ? string.Empty : $" {reply.Enhanced}";
        var (outcome, code) = (reply.Code / 100) switch
        {
            2 => ("accepted", ExitCodes.Success),
            4 => ("tempfail, refused temporarily", TryCommand.TempFail),
            _ => ("permfail, refused permanently", TryCommand.PermFail),
        };
        _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{recipient}: {outcome} {StageOf(command)} with {reply.Code}{enhanced}"));
        if (code != ExitCodes.Success)
        {
            _output.WriteLine($"why: smartsink explain {recipient}");
        }

        return code;
    }

    void IClientObserver.Answered(ClientCommand command, int recipient, ClientReply reply)
    {
        // EHLO may be refused and HELO taken; whatever else is refused has decided, and else the end of data does.
        if (_decision is null && command is not (ClientCommand.Quit or ClientCommand.Rset)
            && (command == ClientCommand.EndOfData || (reply.Code >= 400 && !(command == ClientCommand.Ehlo && reply.Code >= 500))))
        {
            _decision = (command, reply);
        }
    }

    private static async Task SendAsync(Socket socket, ReplyBuffer output, Patience patience)
    {
        while (output.Length > 0)
        {
            var rest = output.PendingMemory;
            while (rest.Length > 0)
            {
                rest = rest[await socket.SendAsync(rest, patience.Token())..];
            }

            output.Clear();
        }
    }

    private static string StageOf(ClientCommand command) => command switch
    {
        ClientCommand.Connect => "on connecting",
        ClientCommand.Ehlo => "at EHLO",
        ClientCommand.Helo => "at HELO",
        ClientCommand.Mail => "at MAIL",
        ClientCommand.Rcpt => "at RCPT",
        ClientCommand.Data => "at DATA",
        _ => "at end of data",
    };

    private void ShowReceived(ReadOnlySpan<byte> bytes)
    {
        foreach (var octet in bytes)
        {
            if (octet == '\n')
            {
                ShowLine("<- ", CollectionsMarshal.AsSpan(_line));
                _line.Clear();
            }
            else
            {
                _line.Add(octet);
            }
        }
    }

    private void ShowSent(ReadOnlySpan<byte> bytes)
    {
        for (var end = bytes.IndexOf((byte)'\n'); end >= 0; end = bytes.IndexOf((byte)'\n'))
        {
            ShowLine("-> ", bytes[..end]);
            bytes = bytes[(end + 1)..];
        }
    }

    // Its beginning and its end.
    private void ShowMessage(ReadOnlySpan<byte> bytes)
    {
        var lines = bytes.Count((byte)'\n');
        for (var line = 0; line < lines; line++)
        {
            var end = bytes.IndexOf((byte)'\n');
            if (line < ShownLines || line == lines - 1)
            {
                ShowLine("-> ", bytes[..end]);
            }
            else if (line == ShownLines)
            {
                _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"-> ({lines - 1 - ShownLines:N0} more lines, {_message.Length:N0} bytes in all)"));
            }

            bytes = bytes[(end + 1)..];
        }
    }

    private void ShowLine(string arrow, ReadOnlySpan<byte> line)
    {
        _output.WriteLine((arrow + OneLine.Escape(Encoding.UTF8.GetString(line.TrimEnd((byte)'\r')))).TrimEnd());
    }
}
