namespace SmartSink.Policy.Replies;

/// <summary>A piece of a reply's line.</summary>
/// <param name="Placeholder">What to insert; <see cref="Placeholder.None"/> for fixed text.</param>
/// <param name="Literal">The octets of fixed text, UTF-8 without control characters; empty for a placeholder.</param>
internal readonly record struct TemplatePart(Placeholder Placeholder, byte[] Literal);
