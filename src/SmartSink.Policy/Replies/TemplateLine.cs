namespace SmartSink.Policy.Replies;

/// <summary>One logical line of a reply, before it is wrapped.</summary>
/// <param name="Prefix">The enhanced code and a space, repeated on each line that wrapping makes of this one; empty when the line has none.</param>
/// <param name="Parts">The text after it.</param>
internal readonly record struct TemplateLine(byte[] Prefix, TemplatePart[] Parts);
