namespace SmartSink.Smtp.Replies;

/// <summary>An enhanced mail system status code, class.subject.detail (RFC 3463 section 2).</summary>
/// <param name="Class">2, 4 or 5; 0 in the default value, which means "none".</param>
/// <param name="Subject">0 to 999.</param>
/// <param name="Detail">0 to 999.</param>
public readonly record struct EnhancedStatusCode(byte Class, ushort Subject, ushort Detail)
{
    /// <summary>False for the default value: a reply that carries no enhanced code.</summary>
    public bool IsPresent => Class != 0;

    /// <inheritdoc/>
    public override string ToString() => IsPresent ? $"{Class}.{Subject}.{Detail}" : string.Empty;
}
