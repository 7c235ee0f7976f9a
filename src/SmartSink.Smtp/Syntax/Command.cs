namespace SmartSink.Smtp.Syntax;

/// <summary>One command line, taken apart. The argument points into the line and has no spaces around it.</summary>
internal readonly ref struct Command
{
    public Command(Verb verb, ReadOnlySpan<byte> argument, SyntaxError error = SyntaxError.None)
    {
        Verb = verb;
        Argument = argument;
        Error = error;
    }

    public Verb Verb { get; }

    /// <summary>What follows the verb; for MAIL and RCPT to be read on by <see cref="MailArguments"/> and <see cref="RcptArguments"/>.</summary>
    public ReadOnlySpan<byte> Argument { get; }

    public SyntaxError Error { get; }
}
