using System.Text;
using SmartSink.Policy.Model;
using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Replies;

/// <summary>What replies may be written in: of the runtime's encodings those that real servers have been seen with, and that need no more than two octets for a character.</summary>
internal static class TextEncodings
{
    private static readonly Lazy<ReplyEncoding>?[] Encodings = [null, Of(28591), Of(1252), Of(20866), Of(936), Of(932)];

    /// <summary>By <see cref="TextEncoding"/>.</summary>
    public static IReadOnlyList<string> Words { get; } = ["utf-8", "latin1", "windows-1252", "koi8-r", "gbk", "shift_jis"];

    /// <summary>How to write it; null for UTF-8.</summary>
    public static ReplyEncoding? Of(TextEncoding encoding) => Encodings[(int)encoding]?.Value;

    // Latin-1 is the only one that the runtime has without its tables.
    private static Lazy<ReplyEncoding> Of(int codePage) => new(() => new ReplyEncoding(
        codePage == Encoding.Latin1.CodePage ? Encoding.Latin1 : CodePagesEncodingProvider.Instance.GetEncoding(codePage)!));
}
