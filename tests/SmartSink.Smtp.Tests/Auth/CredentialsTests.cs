using System.Text;
using SmartSink.Smtp.Auth;

namespace SmartSink.Smtp.Tests.Auth;

public sealed class CredentialsTests
{
    [Theory]
    [InlineData("b913a602c7eda7a495b4e6e7334d3890", "tanstaaftanstaaf", true)]
    [InlineData("B913A602C7EDA7A495B4E6E7334D3890", "tanstaaftanstaaf", true)]
    [InlineData("b913a602c7eda7a495b4e6e7334d3891", "tanstaaftanstaaf", false)]
    [InlineData("b913a602c7eda7a495b4e6e7334d3890", "tanstaaf", false)]
    [InlineData("", "tanstaaftanstaaf", false)]
    public void A_digest_is_compared_as_in_the_example_of_RFC_2195(string digest, string password, bool expected) =>
        Match(AuthMechanism.CramMd5, digest, password).ShouldBe(expected);

    [Theory]
    [InlineData(AuthMechanism.Plain, "secret", true)]
    [InlineData(AuthMechanism.Login, "secret", true)]
    [InlineData(AuthMechanism.XOAuth2, "secret", true)]
    [InlineData(AuthMechanism.OAuthBearer, "Secret", false)]
    [InlineData(AuthMechanism.Plain, "secret2", false)]
    [InlineData(AuthMechanism.Plain, "", false)]
    public void A_password_or_token_is_compared(AuthMechanism mechanism, string secret, bool expected) =>
        Match(mechanism, secret, "secret").ShouldBe(expected);

    private static bool Match(AuthMechanism mechanism, string secret, string password) => new Credentials
    {
        Mechanism = mechanism,
        User = "tim"u8,
        Secret = Encoding.UTF8.GetBytes(secret),
        Challenge = "<1896.697170952@postoffice.reston.mci.net>"u8,
    }.Match(Encoding.UTF8.GetBytes(password));
}
