import { DependencyFailed, ShopError } from '../../../../shared/errors.ts';

/** The database takes the password no more: it was rotated since this process was given it. */
export class PasswordRefused extends DependencyFailed {}

/** The database was made ready for a later version of this program, which may mean other things by its rows. */
export class DatabaseTooNew extends ShopError {
  override readonly code = 'DATABASE_TOO_NEW';
}
