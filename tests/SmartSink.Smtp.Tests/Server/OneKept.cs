using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Smtp.Tests.Server;

/// <summary>Rules that cost nothing: one domain is refused, one has a reply for end of data.</summary>
internal sealed class OneKept : IMailboxFilter
{
    private static readonly FixedReply No = new(550, new(5, 1, 1), "No"u8);

    public int EntryCount => 1;

    public string EntryName(int entry) => "other";

    public int EntryOf(ReadOnlySpan<byte> domain) => 0;

    public FilterAnswer Answer(in SessionFacts facts) => facts.Domain switch
    {
        _ when facts.Domain.SequenceEqual("no.example"u8) => new FilterAnswer { Reply = No },
        _ when facts.Domain.SequenceEqual("kept.example"u8) => new FilterAnswer { Reply = No, ReplyStage = Stage.Data },
        _ => default,
    };
}
