using System.Text;
using SmartSink.Smtp.Auth;

namespace SmartSink.Smtp.Tests.Auth;

public sealed class SaslMessagesTests
{
    private delegate bool Reader(ReadOnlySpan<byte> message, out ReadOnlySpan<byte> user, out ReadOnlySpan<byte> secret);

    [Theory]
    [InlineData("|ann|secret", "ann", "secret")]
    [InlineData("bob|ann|secret", "ann", "secret")]
    [InlineData("|ann|", "ann", "")]
    [InlineData("||", "", "")]
    public void Plain(string message, string user, string secret) =>
        Read(SaslMessages.TryReadPlain, message.Replace('|', '\0')).ShouldBe((user, secret));

    [Theory]
    [InlineData("")]
    [InlineData("ann")]
    [InlineData("ann|secret")]
    [InlineData("|ann|sec|ret")]
    public void No_plain(string message) => Read(SaslMessages.TryReadPlain, message.Replace('|', '\0')).ShouldBeNull();

    [Theory]
    [InlineData("tim b913a602c7eda7a495b4e6e7334d3890", "tim")]
    [InlineData("a b B913A602C7EDA7A495B4E6E7334D3890", "a b")]
    public void CramMd5(string message, string user) =>
        Read(SaslMessages.TryReadCramMd5, message).ShouldBe((user, message[^32..]));

    [Theory]
    [InlineData("")]
    [InlineData("b913a602c7eda7a495b4e6e7334d3890")]
    [InlineData("tim b913a602c7eda7a495b4e6e7334d389")]
    [InlineData("tim b913a602c7eda7a495b4e6e7334d38901")]
    [InlineData("tim g913a602c7eda7a495b4e6e7334d3890")]
    public void No_CramMd5(string message) => Read(SaslMessages.TryReadCramMd5, message).ShouldBeNull();

    [Theory]
    [InlineData("user=ann@a.example^auth=Bearer t0k.en==^^", "ann@a.example", "t0k.en==")]
    [InlineData("user=ann^auth=bearer t^^", "ann", "t")]
    public void XOAuth2(string message, string user, string token) =>
        Read(SaslMessages.TryReadXOAuth2, message.Replace('^', '\x1')).ShouldBe((user, token));

    [Theory]
    [InlineData("")]
    [InlineData("user=ann")]
    [InlineData("user=ann^^")]
    [InlineData("user=ann^auth=Bearer t^")]
    [InlineData("user=ann^auth=Bearer ^^")]
    [InlineData("user=ann^auth=Basic t^^")]
    [InlineData("auth=Bearer t^user=ann^^")]
    public void No_XOAuth2(string message) => Read(SaslMessages.TryReadXOAuth2, message.Replace('^', '\x1')).ShouldBeNull();

    [Theory]
    [InlineData("n,a=user@example.com,^host=server.example.com^port=143^auth=Bearer vF9dft4qmT==^^", "user@example.com", "vF9dft4qmT==")]
    [InlineData("n,,^auth=Bearer t^^", "", "t")]
    [InlineData("y,a=a=2Cb=3Dc,^auth=Bearer t^host=h^^", "a,b=c", "t")]
    public void OAuthBearer(string message, string user, string token) =>
        Read(SaslMessages.TryReadOAuthBearer, message.Replace('^', '\x1')).ShouldBe((user, token));

    [Theory]
    [InlineData("")]
    [InlineData("^^")]
    [InlineData("n,^auth=Bearer t^^")]
    [InlineData("n,a=ann^auth=Bearer t^^")]
    [InlineData("p=tls-unique,,^auth=Bearer t^^")]
    [InlineData("n,b=ann,^auth=Bearer t^^")]
    [InlineData("n,a=a,b,^auth=Bearer t^^")]
    [InlineData("n,a=ann,^auth=Bearer t^")]
    [InlineData("n,a=ann,^auth=^^")]
    [InlineData("^")]
    public void No_OAuthBearer(string message) => Read(SaslMessages.TryReadOAuthBearer, message.Replace('^', '\x1')).ShouldBeNull();

    private static (string User, string Secret)? Read(Reader reader, string message) =>
        reader(Encoding.UTF8.GetBytes(message), out var user, out var secret) ? (Encoding.UTF8.GetString(user), Encoding.UTF8.GetString(secret)) : null;
}
