namespace SmartSink.Policy.Replies;

/// <summary>One line of a normalised text.</summary>
/// <param name="EnhancedCode">As written in the file, such as <c>5.1.1</c>; empty when the line carries none.</param>
/// <param name="Text">What follows; no control characters, no white space at its end, placeholders still in braces.</param>
internal readonly record struct ReplyTextLine(string EnhancedCode, string Text);
