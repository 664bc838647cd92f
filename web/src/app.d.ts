declare global {
	namespace App {
		interface Error {
			message: string;
		}
		interface PageState {
			open?: string;
		}
	}
}

export {};
