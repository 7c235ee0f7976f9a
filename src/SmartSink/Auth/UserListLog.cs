namespace SmartSink.Auth;

/// <summary>What is said about the users' file, ids 210 to 219.</summary>
internal static partial class UserListLog
{
    [LoggerMessage(210, LogLevel.Information, "Changed users are in force: {Users} of {File}")]
    public static partial void UsersApplied(this ILogger log, int users, string file);

    [LoggerMessage(211, LogLevel.Error, "The changed users of {File} are not used, those in force stay")]
    private static partial void UsersRejected(ILogger log, string file);

    [LoggerMessage(212, LogLevel.Error, "{Mistake}")]
    private static partial void UserMistake(ILogger log, string mistake);

    /// <summary>Says that a changed file is of no use, and a line for each mistake in it.</summary>
    public static void Rejected(this ILogger log, string file, IEnumerable<string> mistakes)
    {
        foreach (var mistake in mistakes)
        {
            UserMistake(log, mistake);
        }

        UsersRejected(log, file);
    }
}
