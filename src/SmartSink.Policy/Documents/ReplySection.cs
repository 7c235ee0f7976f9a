using SmartSink.Smtp;

namespace SmartSink.Policy.Documents;

/// <summary>One reply of a list.</summary>
/// <param name="place">Where its table begins.</param>
internal sealed class ReplySection(Place place)
{
    /// <summary>Where its table begins.</summary>
    public Place Place { get; } = place;

    /// <summary><c>code</c>.</summary>
    public Setting<long>? Code { get; set; }

    /// <summary><c>msg</c>; a list of lines is joined by LF.</summary>
    public Setting<string>? Text { get; set; }

    /// <summary><c>weight</c>.</summary>
    public Setting<double>? Weight { get; set; }

    /// <summary><c>stage</c>.</summary>
    public Setting<Stage>? Stage { get; set; }

    /// <summary><c>close</c>.</summary>
    public Setting<bool>? Close { get; set; }
}
