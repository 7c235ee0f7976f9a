namespace SmartSink.Smtp.Server;

/// <summary>Keeps the memory of ended transactions for the next ones, so that only open transactions have any.</summary>
internal static class MailTransactionPool
{
    // About 1 kB each; more than these at once are left to the collector.
    private const int Capacity = 1024;

    private static readonly Lock Gate = new();

    private static readonly MailTransaction?[] Free = new MailTransaction?[Capacity];

    private static int _count;

    public static MailTransaction Rent()
    {
        lock (Gate)
        {
            if (_count > 0)
            {
                return Free[--_count]!;
            }
        }

        return new MailTransaction();
    }

    public static void Return(MailTransaction transaction)
    {
        transaction.Clear();
        lock (Gate)
        {
            if (_count < Capacity)
            {
                Free[_count++] = transaction;
            }
        }
    }
}
