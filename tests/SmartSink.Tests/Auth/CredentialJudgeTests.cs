using SmartSink.Auth;
using SmartSink.Smtp.Auth;

namespace SmartSink.Tests.Auth;

public sealed class CredentialJudgeTests
{
    private const ulong Whole = 1UL << 63;

    [Theory]
    [InlineData(0.0, AuthResult.Refused)]
    [InlineData(0.2499, AuthResult.Refused)]
    [InlineData(0.2501, AuthResult.TempFail)]
    [InlineData(0.7499, AuthResult.TempFail)]
    [InlineData(0.7501, AuthResult.Accepted)]
    public void A_draw_decides(double draw, AuthResult expected) =>
        new CredentialJudge(users: null, 25, 50, () => (ulong)(draw * Whole)).Judge(Someone()).ShouldBe(expected);

    [Theory]
    [InlineData(100, 0, AuthResult.Refused)]
    [InlineData(0, 100, AuthResult.TempFail)]
    [InlineData(0, 0, AuthResult.Accepted)]
    public void A_hundred_percent_is_always_and_zero_never(int refuse, int fail, AuthResult expected)
    {
        foreach (var draw in new ulong[] { 0, 1, Whole / 2, Whole - 1 })
        {
            new CredentialJudge(users: null, refuse, fail, () => draw).Judge(Someone()).ShouldBe(expected);
        }
    }

    [Fact]
    public void Who_is_not_in_the_list_is_refused_without_a_draw()
    {
        var judge = new CredentialJudge(() => UserList.Parse("users", "ann:secret", []), 0, 100, () => throw new InvalidOperationException("A draw was taken."));
        judge.Judge(Someone()).ShouldBe(AuthResult.Refused);
    }

    private static Credentials Someone() => new() { User = "ann"u8, Secret = "x"u8 };
}
