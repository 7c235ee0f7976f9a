using SmartSink.Smtp.Replies;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Smtp.Tests.Server;

public sealed class StateMatrixTests
{
    public static TheoryData<string, string> Pairs() =>
        [.. StateMatrix.States.SelectMany(state => StateMatrix.Commands.Select(command => (state.Name, command.Command)))];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Reply_of_a_state_to_a_command(string state, string command)
    {
        var column = Array.FindIndex(StateMatrix.States, candidate => candidate.Name == state);
        var expected = StateMatrix.Commands.Single(row => row.Command == command).Replies[column];

        Reach(StateMatrix.States[column].Way).Say(command + "|").ShouldBe(expected + "|");
    }

    [Fact]
    public void Every_command_has_a_reply_for_every_state() =>
        StateMatrix.Commands.ShouldAllBe(row => row.Replies.Length == StateMatrix.States.Length);

    private static Dialog Reach(string way)
    {
        var filter = new ScriptedFilter();
        if (way == "refused")
        {
            filter.At(Stage.Connect, new FixedReply(554, default, "No service"u8));
            way = string.Empty;
        }

        var dialog = new Dialog(filter);
        dialog.Start();
        var parts = way.Split("TLS", 3);
        if (parts is [var start, "|", var end])
        {
            dialog.Say(start + "TLS|");
            dialog.TlsEstablished();
            way = end;
        }

        dialog.Say(way);
        return dialog;
    }
}

/// <summary>Every state of a dialog against every command, and the exact reply for each pair.</summary>
internal static class StateMatrix
{
    public const string Message = "354 Send the message, end it with <CRLF>.<CRLF>";

    private const string Ehlo = "250-mx.sink.test|250-PIPELINING|250-SIZE 52428800|250-8BITMIME|250-SMTPUTF8|250-ENHANCEDSTATUSCODES|250-DSN|250-CHUNKING|250-BINARYMIME|";
    private const string Hello1 = "503 5.5.1 Say EHLO or HELO first";
    private const string Ehlo1 = "503 5.5.1 Say EHLO first";
    private const string Mail1 = "503 5.5.1 Say MAIL first";
    private const string Rcpt1 = "503 5.5.1 Say RCPT first";
    private const string Nested = "503 5.5.1 A transaction is open already";
    private const string Refused = "503 5.5.1 Service was refused, only QUIT is left";
    private const string NoRcpt = "554 5.5.1 No valid recipients";
    private const string Sender = "250 2.1.0 Sender ok";
    private const string Rcpt = "250 2.1.5 Recipient ok";
    private const string Chunk = "250 2.0.0 Chunk taken";
    private const string BdatSyntax = "501 5.5.4 Syntax: BDAT size [LAST]";
    private const string Tls = "220 2.0.0 Go ahead with TLS";
    private const string TlsInside = "503 5.5.1 No STARTTLS inside a transaction";
    private const string TlsActive = "503 5.5.1 TLS is active already";
    private const string EhloPlain = Ehlo + "250-STARTTLS|250 HELP";
    private const string EhloTls = Ehlo + "250-AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2 OAUTHBEARER|250 HELP";
    private const string NeedsTls = "538 5.7.11 Say STARTTLS first";

    /// <summary>The states, and how a client gets there. <c>TLS</c> is a handshake; <c>refused</c> a greeting of 554.</summary>
    public static readonly (string Name, string Way)[] States =
    [
        ("connected", ""),
        ("refused", "refused"),
        ("helo", "HELO a|"),
        ("ehlo", "EHLO a|"),
        ("mail", "EHLO a|MAIL FROM:<a@b.example>|"),
        ("rcpt", "EHLO a|MAIL FROM:<a@b.example>|RCPT TO:<c@d.example>|"),
        ("rcpt refused", "EHLO a|MAIL FROM:<a@b.example>|RCPT TO:<c@>|"),
        ("ended", "EHLO a|MAIL FROM:<a@b.example>|RCPT TO:<c@d.example>|DATA|.|"),
        ("tls", "EHLO a|STARTTLS|TLS"),
        ("tls ehlo", "EHLO a|STARTTLS|TLSEHLO a|"),
    ];

    /// <summary>A command, and the replies in the order of the states.</summary>
    public static readonly (string Command, string[] Replies)[] Commands =
    [
        ("EHLO x", [EhloPlain, "503 Service was refused, only QUIT is left", EhloPlain, EhloPlain, EhloPlain, EhloPlain, EhloPlain, EhloPlain, EhloTls, EhloTls]),
        ("HELO x", ["250 mx.sink.test", "503 Service was refused, only QUIT is left", .. Same("250 mx.sink.test", 8)]),
        ("MAIL FROM:<a@b.example>", [Hello1, Refused, Sender, Sender, Nested, Nested, Nested, Sender, Hello1, Sender]),
        ("RCPT TO:<c@d.example>", [Hello1, Refused, Mail1, Mail1, Rcpt, Rcpt, Rcpt, Mail1, Hello1, Mail1]),
        ("DATA", [Hello1, Refused, Mail1, Mail1, Rcpt1, Message, NoRcpt, Mail1, Hello1, Mail1]),
        ("BDAT 0", [Hello1, Refused, Ehlo1, Mail1, Rcpt1, Chunk, NoRcpt, Mail1, Hello1, Mail1]),
        ("BDAT 0 x", [Hello1, Refused, Ehlo1, Mail1, BdatSyntax, BdatSyntax, BdatSyntax, Mail1, Hello1, Mail1]),
        ("BDAT x", Same("501 5.5.4 BDAT without a size; what follows cannot be told from commands, closing", 10)),
        ("STARTTLS", [Ehlo1, Refused, Ehlo1, Tls, TlsInside, TlsInside, TlsInside, Tls, TlsActive, TlsActive]),
        ("RSET", Everywhere("250 2.0.0 Ok")),
        ("NOOP", Everywhere("250 2.0.0 Ok")),
        ("VRFY x", Everywhere("252 2.0.0 Not verified; send the mail and see")),
        ("EXPN x", Everywhere("502 5.5.1 Command not implemented")),
        ("HELP", Everywhere("214-2.0.0 EHLO HELO MAIL RCPT DATA RSET NOOP VRFY HELP QUIT, and what EHLO lists|214 2.0.0 Mail is answered by policy and then discarded")),
        ("QUIT", Same("221 2.0.0 Bye", 10)),
        ("AUTH PLAIN", [NeedsTls, Refused, .. Same(NeedsTls, 6), Hello1, "334 "]),
        ("AUTH XYZZY", [NeedsTls, Refused, .. Same(NeedsTls, 6), Hello1, "504 5.5.4 Mechanism not recognized"]),
        ("LHLO x", ["500 5.5.1 Command not recognized", "503 Service was refused, only QUIT is left", .. Same("500 5.5.1 Command not recognized", 8)]),
        ("XCLIENT ADDR=192.0.2.1", Everywhere("550 5.7.0 XCLIENT is not for you")),
        ("XCLIENT", Everywhere("550 5.7.0 XCLIENT is not for you")),
        ("ETRN x", Everywhere("502 5.5.1 Command not implemented")),
        ("XYZZY", Everywhere("500 5.5.1 Command not recognized")),
        ("", Everywhere("500 5.5.1 Command not recognized")),
        ("GET / HTTP/1.1", Everywhere("554 5.5.1 This is an SMTP server; closing")),
        ("EHLO", ["501 Give your domain name or address literal", "503 Service was refused, only QUIT is left", .. Same("501 Give your domain name or address literal", 8)]),
        ("MAIL", [Hello1, Refused, .. Same("501 5.5.2 Syntax: MAIL FROM:<address>", 2), Nested, Nested, Nested, "501 5.5.2 Syntax: MAIL FROM:<address>", Hello1, "501 5.5.2 Syntax: MAIL FROM:<address>"]),
        ("MAIL FROM:<ü@b.example>", [Hello1, Refused, .. Same("550 5.6.7 This address needs SMTPUTF8", 2), Nested, Nested, Nested, "550 5.6.7 This address needs SMTPUTF8", Hello1, "550 5.6.7 This address needs SMTPUTF8"]),
        ("MAIL FROM:<a@b.example> SIZE=1", [Hello1, Refused, "555 5.5.4 Parameter not recognized", Sender, Nested, Nested, Nested, Sender, Hello1, Sender]),
        ("RCPT TO:<c@>", [Hello1, Refused, Mail1, Mail1, .. Same("501 5.1.3 Bad recipient address", 3), Mail1, Hello1, Mail1]),
        ("RCPT x", [Hello1, Refused, Mail1, Mail1, .. Same("501 5.5.2 Syntax: RCPT TO:<address>", 3), Mail1, Hello1, Mail1]),
        ("DATA x", [Hello1, Refused, Mail1, Mail1, .. Same("501 5.5.4 This command takes no argument", 3), Mail1, Hello1, Mail1]),
        ("RSET x", Everywhere("501 5.5.4 This command takes no argument")),
        ("QUIT x", Same("501 5.5.4 This command takes no argument", 10)),
        ("VRFY", Everywhere("501 5.5.4 This command needs an argument")),
        ("STARTTLS x", ["501 5.5.4 This command takes no argument", Refused, .. Same("501 5.5.4 This command takes no argument", 6), TlsActive, TlsActive]),
    ];

    private static string[] Same(string reply, int count) => [.. Enumerable.Repeat(reply, count)];

    private static string[] Everywhere(string reply) => [reply, Refused, .. Same(reply, States.Length - 2)];
}
