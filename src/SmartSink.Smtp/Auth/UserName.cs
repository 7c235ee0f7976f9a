using System.Text.Unicode;

namespace SmartSink.Smtp.Auth;

/// <summary>The names of users, as they come by AUTH and XCLIENT.</summary>
internal static class UserName
{
    /// <summary>The most octets of a name.</summary>
    public const int MaxLength = 255;

    /// <summary>Whether octets are a name: 1 to <see cref="MaxLength"/> of them, in UTF-8, no control character among them.</summary>
    public static bool IsValid(ReadOnlySpan<byte> name) =>
        name.Length is > 0 and <= MaxLength && !name.ContainsAny(ControlBytes.Values) && Utf8.IsValid(name);
}
