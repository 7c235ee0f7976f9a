using System.Buffers;

namespace SmartSink.Policy.Replies;

/// <summary>The characters of C0 and C1 and DEL.</summary>
internal static class ControlCharacters
{
    private static readonly SearchValues<char> All = SearchValues.Create([.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(char.IsControl)]);

    /// <summary>Whether there is one in a text.</summary>
    public static bool IsIn(ReadOnlySpan<char> text) => text.ContainsAny(All);
}
