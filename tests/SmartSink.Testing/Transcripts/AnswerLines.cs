using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Testing.Transcripts;

/// <summary>
/// The <c>ANSWER stage …</c> lines of a transcript, as rules: what is to wait or to go wrong at a stage, without a policy that says so.
/// </summary>
internal sealed class AnswerLines : IMailboxFilter
{
    private static readonly Reply Refusal = new FixedReply(450, new(4, 2, 1), "Not now"u8);

    private readonly FilterAnswer[] _answers = new FilterAnswer[Enum.GetValues<Stage>().Length];

    /// <inheritdoc/>
    public int EntryCount => 1;

    /// <summary>Adds a line: <c>rcpt delay=5s fault=slow-reply refuse</c>. What is said for <c>data</c> holds at end of data and is asked for at RCPT.</summary>
    /// <exception cref="FormatException">It is badly written or its stage stands twice.</exception>
    public void Add(string text)
    {
        var words = text.Split(' ');
        var stage = Enum.Parse<Stage>(words[0], ignoreCase: true);
        var (delay, fault, refuses) = (0, AnswerFault.None, false);
        foreach (var word in words.Skip(1))
        {
            switch (word.Split('='))
            {
                case ["delay", var time]:
                    delay = (int)TimeText.Parse(time).TotalMilliseconds;
                    break;
                case ["fault", var name]:
                    fault = Enum.Parse<AnswerFault>(name.Replace("-", string.Empty, StringComparison.Ordinal), ignoreCase: true);
                    break;
                case ["refuse"]:
                    refuses = true;
                    break;
                default:
                    throw new FormatException($"no such answer: {word}");
            }
        }

        var reply = refuses ? Refusal : null;
        _answers[(int)stage] = new FilterAnswer { Delay = delay, Fault = fault, Reply = reply };
        if (stage == Stage.Data)
        {
            var atRcpt = _answers[(int)Stage.Rcpt];
            _answers[(int)Stage.Rcpt] = new FilterAnswer
            {
                Delay = atRcpt.Delay,
                Fault = atRcpt.Fault,
                Reply = reply ?? atRcpt.Reply,
                ReplyStage = refuses ? Stage.Data : Stage.Rcpt,
                EndDelay = delay,
                EndFault = fault,
            };
            _answers[(int)Stage.Data] = default;
        }
    }

    /// <inheritdoc/>
    public string EntryName(int entry) => "other";

    /// <inheritdoc/>
    public int EntryOf(ReadOnlySpan<byte> domain) => 0;

    /// <summary>A recipient whose local part begins with <c>plain</c> is left alone.</summary>
    public FilterAnswer Answer(in SessionFacts facts) =>
        facts.Stage == Stage.Rcpt && facts.LocalPart.StartsWith("plain"u8) ? default : _answers[(int)facts.Stage];
}
