using System.Text;
using SmartSink.Testing.Transcripts;

namespace SmartSink.Smtp.Tests.Transcripts;

public sealed class TranscriptParserTests
{
    [Theory]
    [InlineData("C! \"NOOP\\r\\n\"", "NOOP\r\n")]
    [InlineData("C! \"a\"*3 \"b\" \"cd\"*2", "aaabcdcd")]
    [InlineData("C! \"\\t\\\"\\\\\\x41\"", "\t\"\\A")]
    [InlineData("C! \"ü\"", "ü")]
    [InlineData("C: NOOP ", "NOOP \r\n")]
    [InlineData("C: ", "\r\n")]
    public void What_the_client_sends(string line, string expected)
    {
        var send = Parse(line + "\nCLOSE quit\n").Steps[0].ShouldBeOfType<SendStep>();
        Encoding.UTF8.GetString(send.Bytes.Span).ShouldBe(expected);
    }

    [Theory]
    [InlineData("S: 250 a.c", "250 a.c", true)]
    [InlineData("S: 250 a.c", "250 abc", false)]
    [InlineData("S~ 250 a.c", "250 abc", true)]
    [InlineData("S~ 250 a.c", "250 abcd", false)]
    [InlineData("S~ a|b", "ab", false)]
    [InlineData("S! \"250 \\xC3\\xA4\"", "250 ä", true)]
    [InlineData("S! \"250 \\xE4\"", "250 ä", false)]
    public void What_the_server_is_expected_to_say(string line, string actual, bool matches) =>
        Parse(line + "\nCLOSE quit\n").Steps[0].ShouldBeAssignableTo<ExpectStep>()!.Matches(Encoding.UTF8.GetBytes(actual)).ShouldBe(matches);

    [Theory]
    [InlineData("C: NOOP\n", "x.smtp(1): a transcript ends with CLOSE")]
    [InlineData("# fine\nD: NOOP\nCLOSE quit\n", "x.smtp(2): no such line: D: NOOP")]
    [InlineData("C! \"a\nCLOSE quit\n", "x.smtp(1): the closing quote is missing")]
    [InlineData("C! \"\\q\"\nCLOSE quit\n", "x.smtp(1): unknown escape at column 2")]
    [InlineData("C! a\nCLOSE quit\n", "x.smtp(1): a quote is missing at column 1")]
    [InlineData("TIME +3h\nCLOSE quit\n", "x.smtp(1): unknown unit of time 'h'")]
    [InlineData("LIMIT speed 3\nCLOSE quit\n", "x.smtp(2): unknown limit 'speed'")]
    [InlineData("LIMIT hide DSN,DNS\nCLOSE quit\n", "x.smtp(2): no such keywords: DSN,DNS")]
    [InlineData("LIMIT max-errors\nCLOSE quit\n", "x.smtp(1): expected LIMIT name value, each name once")]
    [InlineData("CLIENT two\nCLOSE quit\n", "x.smtp(1): no such line: CLIENT two")]
    [InlineData("CLIENT 0\nCLOSE quit\n", "x.smtp(1): no such line: CLIENT 0")]
    [InlineData("C: NOOP\nCLIENT 2\nC: QUIT\nCLOSE quit\n", "x.smtp(4): a transcript ends each client's connection with CLOSE; client 1 has none")]
    [InlineData("POLICY none.toml\nCLOSE quit\n", "x.smtp(1): no policy file none.toml")]
    public void A_bad_line_is_named(string text, string message) =>
        Should.Throw<TranscriptException>(() => Parse(text)).Message.ShouldBe(message);

    [Fact]
    public async Task Clients_have_connections_of_their_own_and_one_clock()
    {
        var transcript = Parse(
            """
            LIMIT idle-timeout 30s
            S~ 220 .*
            TIME +20s
            CLIENT 7
            S~ 220 .*
            TIME +10s
            C: NOOP
            S: 250 2.0.0 Ok
            CLIENT 1
            S: 421 4.4.2 Nothing heard for too long, closing
            CLOSE idle_timeout
            CLIENT 7
            C: QUIT
            S: 221 2.0.0 Bye
            CLOSE quit
            """);
        await using var peer = new SansIoPeer(transcript);

        await TranscriptPlayer.PlayAsync(transcript, peer, TranscriptSplit.Line);

        peer.Observer.Codes.ShouldBe([220, 220, 421, 250, 221]);
    }

    [Theory]
    [InlineData("S: 220 other\nCLOSE quit\n", "x.smtp(1): expected '220 other', got '220 mx.sink.test ESMTP SmartSink, all mail is discarded'")]
    [InlineData("S~ 220 .*\nC: NOOP\nS: 250 2.0.0 Ok\nS: more\nCLOSE quit\n", "x.smtp(4): expected 'more', but nothing came")]
    [InlineData("S~ 220 .*\nC: QUIT\nCLOSE quit\n", "x.smtp(3): expected the end, got '221 2.0.0 Bye'")]
    [InlineData("S~ 220 .*\nC: QUIT\nS: 221 2.0.0 Bye\nCLOSE shutdown\n", "x.smtp(4): expected the end for shutdown, got quit")]
    public async Task A_dialog_that_goes_another_way_is_told(string text, string message)
    {
        var transcript = Parse(text);
        await using var peer = new SansIoPeer(transcript);
        (await Should.ThrowAsync<TranscriptException>(() => TranscriptPlayer.PlayAsync(transcript, peer, TranscriptSplit.Line))).Message.ShouldBe(message);
    }

    private static Transcript Parse(string text) => TranscriptParser.Parse("x.smtp", text);
}
