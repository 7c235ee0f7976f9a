using System.Text;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Tests.Syntax;

public sealed class CommandParserTests
{
    public static TheoryData<string, string, string, string> Lines() => new()
    {
        { "EHLO a", "Ehlo", "a", "None" },
        { "ehlo  a  ", "Ehlo", "a", "None" },
        { "HELO", "Helo", "", "BadArgument" },
        { "EHLO a b", "Ehlo", "a b", "BadArgument" },
        { "MAIL FROM:<>", "Mail", "FROM:<>", "None" },
        { "mail", "Mail", "", "BadArgument" },
        { "RCPT x", "Rcpt", "x", "None" },
        { "DATA", "Data", "", "None" },
        { "DATA ", "Data", "", "None" },
        { "DATA x", "Data", "x", "UnexpectedArgument" },
        { "RsEt", "Rset", "", "None" },
        { "NOOP x y", "Noop", "x y", "None" },
        { "VRFY", "Vrfy", "", "BadArgument" },
        { "VRFY x", "Vrfy", "x", "None" },
        { "EXPN x", "Expn", "x", "None" },
        { "HELP", "Help", "", "None" },
        { "QUIT", "Quit", "", "None" },
        { "quit now", "Quit", "now", "UnexpectedArgument" },
        { "STARTTLS", "StartTls", "", "None" },
        { "startTLS x", "StartTls", "x", "UnexpectedArgument" },
        { "STARTTLSX", "Unknown", "", "None" },
        { "STAR", "Unknown", "", "None" },
        { "LHLO a", "Lhlo", "a", "None" },
        { "lhlo", "Lhlo", "", "BadArgument" },
        { "XCLIENT ADDR=192.0.2.1  PORT=1 ", "Xclient", "ADDR=192.0.2.1  PORT=1", "None" },
        { "xclient", "Xclient", "", "BadArgument" },
        { "XCLIENTS a=b", "Unknown", "", "None" },
        { "XCLIEN", "Unknown", "", "None" },
        { "XCLI", "Unknown", "", "None" },
        { "STARTLS", "Unknown", "", "None" },
        { "AUTH LOGIN", "Auth", "LOGIN", "None" },
        { "auth", "Auth", "", "BadArgument" },
        { "ETRN x", "NotImplemented", "x", "None" },
        { "bdat 1", "Bdat", "1", "None" },
        { "BDAT", "Bdat", "", "None" },
        { "QUITX", "Unknown", "", "None" },
        { "QUI", "Unknown", "", "None" },
        { "", "Unknown", "", "None" },
        { "    ", "Unknown", "", "None" },
        { " NOOP", "Unknown", "", "None" },
        { "N\u0010OP", "Unknown", "", "None" },
        { "GET / HTTP/1.1", "Http", "GET / HTTP/1.1", "None" },
        { "PRI * HTTP/2.0", "Http", "PRI * HTTP/2.0", "None" },
        { "Host: a", "Http", "Host: a", "None" },
        { "GETTER", "Unknown", "", "None" },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_line_is_taken_apart(string line, string verb, string argument, string error)
    {
        var command = CommandParser.Parse(Encoding.UTF8.GetBytes(line));
        (command.Verb.ToString(), Encoding.UTF8.GetString(command.Argument), command.Error.ToString()).ShouldBe((verb, argument, error));
    }

    [Theory]
    [InlineData("MAIL", 1258)]
    [InlineData("rcpt TO:<", 1048)]
    [InlineData("AUTH", 12288)]
    [InlineData("VRFY", 522)]
    [InlineData("NOOP", 512)]
    [InlineData("xx", 512)]
    public void A_line_has_a_limit(string start, int limit) =>
        CommandLine.LimitOf(Encoding.ASCII.GetBytes(start)).ShouldBe(limit);
}
