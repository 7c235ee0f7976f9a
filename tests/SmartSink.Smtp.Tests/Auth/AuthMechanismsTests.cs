using SmartSink.Smtp.Auth;

namespace SmartSink.Smtp.Tests.Auth;

public sealed class AuthMechanismsTests
{
    [Fact]
    public void Names_are_read_in_their_order()
    {
        AuthMechanisms.TryParse("cram-md5, PLAIN", out var mechanisms).ShouldBeTrue();
        mechanisms.ShouldBe([AuthMechanism.CramMd5, AuthMechanism.Plain]);
    }

    [Fact]
    public void Each_has_a_name()
    {
        AuthMechanisms.TryParse(string.Join(',', AuthMechanisms.All.Select(AuthMechanisms.NameOf)), out var mechanisms).ShouldBeTrue();
        mechanisms.ShouldBe(Enum.GetValues<AuthMechanism>());
    }

    [Theory]
    [InlineData("")]
    [InlineData("PLAIN,")]
    [InlineData("PLAIN,plain")]
    [InlineData("GSSAPI")]
    public void What_is_no_list_of_names(string text) => AuthMechanisms.TryParse(text, out _).ShouldBeFalse();
}
